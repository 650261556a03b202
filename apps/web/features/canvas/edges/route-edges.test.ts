import { expect, it } from 'vitest';
import { roundedPath, routeEdges } from './route-edges.ts';
import type { Ends } from './route.ts';
import { crosses, curveIsFree, type Box, type Point } from './shapes.ts';

const card = (x: number, y: number, height = 120): Box => ({
  left: x,
  top: y,
  right: x + 206,
  bottom: y + height,
});

const around = (edges: readonly Ends[], cards: readonly Box[], heads: readonly Box[] = []) =>
  routeEdges(edges, { cards, heads });

function piecesOf(way: readonly Point[]): (readonly [Point, Point])[] {
  return way.slice(1).map((point, at) => [way[at] ?? point, point] as const);
}

const inside = ({ left, top, right, bottom }: Box): Box => ({
  ...{ left: left + 1, top: top + 1, right: right - 1, bottom: bottom - 1 },
});

it('leaves an edge its curve where nothing is in the way', () => {
  const cards = [card(0, 0), card(262, 0)];
  const ends = { id: 'e', port: 'a', from: { x: 206, y: 40 }, to: { x: 262, y: 60 } };
  expect(curveIsFree(ends.from, ends.to, cards)).toBe(true);
  expect(around([ends], cards).size).toBe(0);
});

it('leads around a card that stands between two ports', () => {
  const cards = [card(0, 0), card(262, 0), card(524, 0)];
  const ends = { id: 'e', port: 'a', from: { x: 206, y: 40 }, to: { x: 524, y: 40 } };
  const way = around([ends], cards).get('e') ?? [];
  expect(way[0]).toEqual(ends.from);
  expect(way.at(-1)).toEqual(ends.to);
  for (const [a, b] of piecesOf(way)) {
    expect(a.x === b.x || a.y === b.y).toBe(true);
    for (const box of cards) expect(crosses(inside(box), a, b)).toBe(false);
  }
  expect(roundedPath(way)).toMatch(/^M206 40L.*L524 40$/);
});

it('leads back to the left around both of its own cards', () => {
  const cards = [card(262, 0), card(0, 160)];
  const ends = { id: 'e', port: 'a', from: { x: 468, y: 40 }, to: { x: 0, y: 200 } };
  const way = around([ends], cards).get('e') ?? [];
  expect(way.length).toBeGreaterThan(3);
  for (const [a, b] of piecesOf(way)) {
    for (const box of cards) expect(crosses(inside(box), a, b)).toBe(false);
  }
});

it.each([6, 10, 18, 24])(
  'leads out of a gap of %i px to a card below another, at right angles and behind no card',
  (gap) => {
    const near = 206 + gap;
    const cards = [card(0, 0), card(near, 0, 180), card(near, 300), card(near + 250, 300)];
    const fromHere = { x: 211.5, y: 40 };
    const ways = around(
      [
        { id: 'beside', port: 'a', from: fromHere, to: { x: near - 5.5, y: 30 } },
        { id: 'below', port: 'a', from: fromHere, to: { x: near + 244.5, y: 350 } },
      ],
      cards,
    );
    const below = ways.get('below') ?? [];
    expect(below[0]).toEqual(fromHere);
    expect(below.at(-1)).toEqual({ x: near + 244.5, y: 350 });
    for (const [a, b] of piecesOf(below)) {
      expect(a.x === b.x || a.y === b.y).toBe(true);
      for (const box of cards) expect(crosses(inside(box), a, b)).toBe(false);
    }
  },
);

it('shows an edge between cards 5 px apart in the gap between them', () => {
  const cards = [card(0, 0), card(211, 0)];
  // The outer sides of the ports, which reach over each other.
  const [from, to] = [
    { x: 211.5, y: 40 },
    { x: 205.5, y: 80 },
  ];
  const route = around([{ id: 'e', port: 'a', from, to }], cards).get('e');
  expect(route).toEqual([from, { x: 208.5, y: 40 }, { x: 208.5, y: 80 }, to]);
});

it('keeps edges of different ports apart, so that they do not look like one', () => {
  const cards = [card(0, 0), card(262, 0), card(524, 0)];
  const from = { x: 206, y: 40 };
  const edges = [
    { id: 'a', port: 'a', from, to: { x: 524, y: 40 } },
    { id: 'b', port: 'b', from: { x: 206, y: 60 }, to: { x: 524, y: 60 } },
  ];
  const routes = around(edges, cards);
  const long = (way: readonly Point[]) =>
    piecesOf(way).filter(([a, b]) => a.y === b.y && Math.abs(a.x - b.x) > 100);
  const ys = [...routes.values()].flatMap((way) => long(way).map(([{ y }]) => y));
  expect(ys.length).toBeGreaterThanOrEqual(2);
  expect(new Set(ys).size).toBe(ys.length);
});

it('routes a graph of 60 cards within what a drop may take', () => {
  const cards = Array.from({ length: 60 }, (_, at) =>
    card((at % 10) * 262, Math.floor(at / 10) * 170),
  );
  const edges = cards.flatMap((box, at) => {
    const to = cards[(at * 7 + 13) % cards.length];
    return to === undefined
      ? []
      : {
          id: String(at),
          port: String(at),
          from: { x: box.right, y: box.top + 44 },
          to: { x: to.left, y: to.top + 64 },
        };
  });
  const routes = around(edges, cards);
  expect(routes.size).toBeGreaterThan(0);
  for (const way of routes.values()) {
    for (const [a, b] of piecesOf(way)) {
      expect(cards.some((box) => crosses(inside(box), a, b))).toBe(false);
    }
  }
});

it('leads through the points that an edge is bent at, and around the cards between them', () => {
  const cards = [card(0, 0), card(262, 0), card(524, 0)];
  const via = [
    { x: 365, y: 260 },
    { x: 480, y: -60 },
  ];
  const ends = { id: 'e', port: 'a', from: { x: 206, y: 40 }, to: { x: 524, y: 40 }, via };
  const way = around([ends], cards).get('e') ?? [];
  expect(way[0]).toEqual(ends.from);
  expect(way.at(-1)).toEqual(ends.to);
  for (const point of via) expect(way).toContainEqual(point);
  for (const [a, b] of piecesOf(way)) {
    for (const box of cards) expect(crosses(inside(box), a, b)).toBe(false);
  }
});

it('goes to a point close to a card, and straight to one that a card covers', () => {
  const cards = [card(0, 0), card(560, 0)];
  const ends = { id: 'e', port: 'a', from: { x: 206, y: 40 }, to: { x: 560, y: 40 } };
  const close = { x: 300, y: 40 };
  const near = around([{ ...ends, via: [close] }], [...cards, card(304, 0)]).get('e') ?? [];
  expect(near).toContainEqual(close);
  for (const [a, b] of piecesOf(near)) expect(crosses(inside(card(304, 0)), a, b)).toBe(false);
  const covered = around([{ ...ends, via: [close] }], [...cards, card(280, 0)]).get('e');
  expect(covered).toContainEqual(close);
});

it('leads around the title of a group, and over it where all else is far', () => {
  const cards = [card(0, 0), card(524, 0)];
  const ends = { id: 'e', port: 'a', from: { x: 206, y: 40 }, to: { x: 524, y: 40 } };
  const head = (width: number): Box => ({ left: 262, right: 262 + width, top: 20, bottom: 54 });
  expect(around([ends], cards).size).toBe(0);
  const way = around([ends], cards, [head(200)]).get('e') ?? [];
  expect(way.length).toBeGreaterThan(2);
  for (const [a, b] of piecesOf(way)) expect(crosses(head(200), a, b)).toBe(false);
  // Between two cards that leave no room beside them.
  const walls = [card(262, -400, 425), card(262, 50, 400)];
  const over = around([ends], [...cards, ...walls], [head(206)]).get('e') ?? [];
  expect(over).toEqual([ends.from, ends.to]);
});
