import { expect, it } from 'vitest';
import type { Card } from './frames.ts';
import { roomFor } from './room-for.ts';

const card = (id: string, x: number, y: number): Card => ({ id, x, y, width: 206, height: 100 });

it.each([
  ['stays where nothing is', card('new', 510, 0), { x: 510, y: 0 }],
  ['goes the shortest way off a card', card('new', 10, 90), { x: 10, y: 124 }],
  ['finds the gap beside two', card('new', 150, -10), { x: 150, y: -124 }],
])('%s', (_what, dropped, place) => {
  expect(roomFor(dropped, [card('a', 0, 0), card('b', 300, 0)])).toEqual(place);
});

it('finds a place in a close grid, nearest to the drop', () => {
  const grid = Array.from({ length: 100 }, (_, n) =>
    card(`g${n}`, (n % 10) * 230, Math.floor(n / 10) * 130),
  );
  const { x, y } = roomFor(card('new', 240, 140), grid);
  expect(grid.every((other) => Math.abs(other.x - x) >= 206 || Math.abs(other.y - y) >= 100)).toBe(
    true,
  );
  expect(Math.hypot(x - 240, y - 140)).toBeLessThan(600);
});

it('makes room for very many that lie on one another before anyone waits for it', () => {
  const taken: Card[] = [];
  for (let at = 0; at < 1_200; at++) {
    const card = { id: String(at), x: 0, y: 0, width: 206, height: 60 };
    taken.push({ ...card, ...roomFor(card, taken) });
  }
  expect(new Set(taken.map(({ x, y }) => `${String(x)} ${String(y)}`)).size).toBe(1_200);
});
