import { expect, it } from 'vitest';
import { aligned, distributed, downUntilClear } from './arrange.ts';
import type { Card } from './frames.ts';

const card = (id: string, [x, y]: readonly [number, number], height = 100): Card => ({
  ...{ id, x, y, width: 206, height },
});
const cards = [card('a', [0, 0]), card('b', [300, 50], 160), card('c', [610, 20])];

it.each([
  ['left', [0, 0, 0], [0, 248, 124]],
  ['centre', [305, 305, 305], [0, 248, 124]],
  ['right', [610, 610, 610], [0, 248, 124]],
  ['top', [0, 300, 610], [0, 0, 0]],
  ['middle', [0, 300, 610], [55, 25, 55]],
  ['bottom', [0, 300, 610], [110, 50, 110]],
] as const)('lines cards up, none on another: %s', (side, xs, ys) => {
  const places = aligned(cards, side);
  expect(cards.map(({ id }) => places[id]?.x)).toEqual(xs);
  expect(cards.map(({ id }) => places[id]?.y)).toEqual(ys);
});

it('moves nothing that is lined up already', () => {
  for (const side of ['left', 'centre', 'right', 'top', 'middle', 'bottom'] as const) {
    const once = aligned(cards, side);
    const again = aligned(
      cards.map((one) => ({ ...one, ...once[one.id] })),
      side,
    );
    expect(again).toEqual(once);
  }
});

it('leaves the same gap between all, and the first and the last where they are', () => {
  const down = [card('c', [0, 500]), card('a', [0, 0]), card('b', [0, 110], 160)];
  expect(distributed(down, 'down')).toEqual({
    a: { x: 0, y: 0 },
    b: { x: 0, y: 220 },
    c: { x: 0, y: 500 },
  });
  expect(distributed(cards, 'across')).toMatchObject({ a: { x: 0 }, b: { x: 305 }, c: { x: 610 } });
  expect(distributed(cards.slice(1), 'across')).toEqual({});
});

it('goes down, all together, until nothing is in the way', () => {
  const others = [card('x', [100, 80]), card('y', [300, 300]), card('z', [900, 0])];
  const down = downUntilClear(cards, others);
  // Below y, which b would lie on at any less.
  expect(down).toBe(374);
  expect(downUntilClear(cards, [card('z', [900, 0])])).toBe(0);
});
