import {
  boxOf,
  contains,
  crosses,
  grown,
  lengthIn,
  overlap,
  type Box,
  type Point,
} from './shapes.ts';

/** Pixels that an edge runs straight out of a port, that it keeps from cards, and between two edges side by side. */
const stub = 16;
const clearance = 9;
const lane = 7;
const lanes = 3;
/** Pixels around both ends within which cards count as obstacles, and the most cards that a route is searched around. */
const reach = 320;
const mostBoxes = 36;
/** What a turn costs, and a step along another edge, in pixels of detour. */
const turnCost = 45;
const sharedCost = 160;

export interface Ends {
  readonly id: string;
  /** Edges out of one port may share a line: they carry the same value. */
  readonly port: string;
  readonly from: Point;
  readonly to: Point;
  /** Bends: points that the edge is led through. */
  readonly via?: readonly Point[] | undefined;
}
/** A route from stop to stop: ports and bends. */
export interface Leg extends Ends {
  /** Ends that are bends: no stub leads out of these. */
  readonly isBare?: { readonly from: boolean; readonly to: boolean };
}
/** What edges are routed around. */
export interface Obstacles {
  /** No edge runs behind these. */
  readonly cards: readonly Box[];
  /** Titles of groups: an edge crosses one if every other route is much longer. */
  readonly heads: readonly Box[];
}
/** A straight piece of an edge that is routed already. */
export interface Piece {
  readonly port: string;
  readonly a: Point;
  readonly b: Point;
}

function gridLines(
  own: readonly number[],
  sides: readonly (readonly [number, number])[],
): number[] {
  const lines = new Set(own);
  for (const [low, high] of sides) {
    for (let at = 0; at < lanes; at++) {
      lines.add(low - clearance - at * lane);
      lines.add(high + clearance + at * lane);
    }
  }
  return [...lines].sort((a, b) => a - b);
}

/** Whether a line along an axis would run on a piece of another edge. */
function shares({ a, b }: Piece, from: Point, to: Point): boolean {
  if (from.x === to.x) {
    return (
      a.x === b.x &&
      Math.abs(a.x - from.x) < lane - 2 &&
      Math.min(a.y, b.y) < Math.max(from.y, to.y) &&
      Math.max(a.y, b.y) > Math.min(from.y, to.y)
    );
  }
  return (
    a.y === b.y &&
    Math.abs(a.y - from.y) < lane - 2 &&
    Math.min(a.x, b.x) < Math.max(from.x, to.x) &&
    Math.max(a.x, b.x) > Math.min(from.x, to.x)
  );
}

interface Search {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** The cost of a step between neighbouring crossings of the grid; infinite through a card. */
  readonly cost: (from: Point, to: Point) => number;
}

/** The cheapest route over the grid (A*), by length, turns and shared pieces. */
function cheapest(from: Point, to: Point, { xs, ys, cost }: Search): Point[] | undefined {
  const width = xs.length;
  const cells = width * ys.length;
  const start = ys.indexOf(from.y) * width + xs.indexOf(from.x);
  const goal = ys.indexOf(to.y) * width + xs.indexOf(to.x);
  const pointAt = (cell: number): Point => ({
    x: xs[cell % width] ?? 0,
    y: ys[Math.floor(cell / width)] ?? 0,
  });
  // A state is a crossing and the axis along which it is entered: x (0) or y (1).
  const best = new Float64Array(cells * 2).fill(Infinity);
  const before = new Int32Array(cells * 2).fill(-1);
  const heap: (readonly [rank: number, state: number])[] = [];
  const rest = (cell: number): number => {
    const { x, y } = pointAt(cell);
    return Math.abs(x - to.x) + Math.abs(y - to.y);
  };
  best[start * 2] = 0;
  push(heap, [rest(start), start * 2]);
  for (let top = pop(heap); top !== undefined; top = pop(heap)) {
    const state = top[1];
    const cell = state >> 1;
    const along = state & 1;
    if (cell === goal) return traced(state, before, pointAt);
    const so = best[state] ?? Infinity;
    if (top[0] > so + rest(cell) + 1e-6) continue;
    const column = cell % width;
    const steps: readonly (readonly [number, number])[] = [
      [column > 0 ? cell - 1 : -1, 0],
      [column < width - 1 ? cell + 1 : -1, 0],
      [cell - width, 1],
      [cell + width < cells ? cell + width : -1, 1],
    ];
    for (const [next, direction] of steps) {
      if (next < 0) continue;
      const price = so + cost(pointAt(cell), pointAt(next)) + (direction === along ? 0 : turnCost);
      const to2 = next * 2 + direction;
      if (price >= (best[to2] ?? Infinity)) continue;
      best[to2] = price;
      before[to2] = state;
      push(heap, [price + rest(next), to2]);
    }
  }
  return undefined;
}

function traced(end: number, before: Int32Array, pointAt: (cell: number) => Point): Point[] {
  const points: Point[] = [];
  for (let state = end; state >= 0; state = before[state] ?? -1) points.push(pointAt(state >> 1));
  return points.reverse();
}

type Heap = (readonly [rank: number, state: number])[];

function push(heap: Heap, entry: Heap[number]): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || above[0] <= entry[0]) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Heap): Heap[number] | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = at * 2 + 1;
    const right = heap[left + 1];
    let child = heap[left];
    let where = left;
    if (child !== undefined && right !== undefined && right[0] < child[0]) {
      child = right;
      where = left + 1;
    }
    if (child === undefined || child[0] >= last[0]) break;
    heap[at] = child;
    at = where;
  }
  heap[at] = last;
  return first;
}

/** The ends of a line, and the points at which it turns. */
function corners(points: readonly Point[]): Point[] {
  return points.filter((point, at) => {
    const [before, after] = [points[at - 1], points[at + 1]];
    if (before === undefined || after === undefined) return true;
    return !(
      (before.x === point.x && point.x === after.x) ||
      (before.y === point.y && point.y === after.y)
    );
  });
}

/** In the gap between two cards that stand too close for stubs; undefined if a card is there. */
function inGap({ from, to }: Ends, cards: readonly Box[]): Point[] | undefined {
  if (Math.abs(to.x - from.x) >= 2 * stub) return undefined;
  const x = (from.x + to.x) / 2;
  const [a, b] = [
    { x, y: from.y },
    { x, y: to.y },
  ];
  return cards.some((box) => crosses(box, a, b)) ? undefined : [from, a, b, to];
}

/** Pixels that a port reaches out of its card. */
const portReach = 5.5;

/** Where the straight piece at a port ends: in the middle of the gap where a card ahead leaves no room for all of it. */
function stubEnd({ x, y }: Point, ahead: 1 | -1, cards: readonly Box[]): Point {
  const rooms = cards.flatMap(({ left, right, top, bottom }) => {
    const room = ahead === 1 ? left - x : x - right;
    const isBeside = y <= top - clearance || y >= bottom + clearance;
    return isBeside || room <= -portReach || room >= stub + clearance ? [] : [room - portReach];
  });
  return { x: x + ahead * Math.min(stub, Math.min(...rooms) / 2), y };
}

/**
 * A route of straight pieces between two stops, around the cards and off the lines of other edges. Undefined if there is none
 * nearby, or more than `mostBoxes` cards are near.
 */
export function routeAround(
  ends: Leg,
  { cards, heads }: Obstacles,
  taken: readonly Piece[],
): Point[] | undefined {
  const { from, to, isBare } = ends;
  const out = isBare?.from === true ? from : stubEnd(from, 1, cards);
  const into = isBare?.to === true ? to : stubEnd(to, -1, cards);
  const isTight = isBare === undefined && Math.min(out.x - from.x, to.x - into.x) < stub;
  const area = grown(boxOf(out, into), reach);
  const stops = [out, into];
  // A bend, or a port between two cards, may lie close to a card, or behind it.
  const met = cards.filter(
    (box) => overlap(box, area) && !stops.some((point) => contains(box, point)),
  );
  const near = met.map((box) => {
    const wide = grown(box, clearance - 1);
    return stops.some((point) => contains(wide, point)) ? box : wide;
  });
  if (near.length > mostBoxes) return undefined;
  const others = taken.filter(
    ({ port, a, b }) => port !== ends.port && overlap(grown(boxOf(a, b), 1), area),
  );
  const titles = heads.filter((box) => overlap(box, area));
  const inner = [...met, ...titles];
  const xs = gridLines(
    [out.x, into.x],
    inner.map(({ left, right }) => [left, right] as const),
  );
  const ys = gridLines(
    [out.y, into.y],
    inner.map(({ top, bottom }) => [top, bottom] as const),
  );
  const cost = (from: Point, to: Point): number => {
    if (near.some((box) => crosses(box, from, to))) return Infinity;
    const shared = others.some((piece) => shares(piece, from, to)) ? sharedCost : 0;
    const over = titles.reduce((sum, box) => sum + lengthIn(box, from, to), 0);
    return Math.abs(from.x - to.x) + Math.abs(from.y - to.y) + shared + over;
  };
  const between = isTight ? inGap(ends, cards) : undefined;
  if (between !== undefined) return between;
  const way = cheapest(out, into, { xs, ys, cost });
  return way === undefined ? inGap(ends, cards) : corners([from, ...way, to]);
}
