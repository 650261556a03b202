export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function grown({ left, top, right, bottom }: Box, by: number): Box {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

export function contains({ left, top, right, bottom }: Box, { x, y }: Point): boolean {
  return x > left && x < right && y > top && y < bottom;
}

/** The box of two points, as for a straight line along an axis. */
export function boxOf(a: Point, b: Point): Box {
  return {
    left: Math.min(a.x, b.x),
    top: Math.min(a.y, b.y),
    right: Math.max(a.x, b.x),
    bottom: Math.max(a.y, b.y),
  };
}

/** Pixels of a line along an axis that lie in a box. */
export function lengthIn(box: Box, a: Point, b: Point): number {
  if (!crosses(box, a, b)) return 0;
  const along = ([low, high]: readonly [number, number], from: number, to: number): number =>
    Math.min(high, Math.max(from, to)) - Math.max(low, Math.min(from, to));
  return a.x === b.x
    ? along([box.top, box.bottom], a.y, b.y)
    : along([box.left, box.right], a.x, b.x);
}

/** Whether a line along an axis runs through a box, its border not counted. */
export function crosses(box: Box, a: Point, b: Point): boolean {
  return (
    Math.min(a.x, b.x) < box.right &&
    Math.max(a.x, b.x) > box.left &&
    Math.min(a.y, b.y) < box.bottom &&
    Math.max(a.y, b.y) > box.top
  );
}

const samples = 32;
/** Pixels that a curve keeps from cards. */
const touch = 2;

/** Pixels from a port to its control point on the curve, as in React Flow's bezier. */
export function curveReach(from: Point, to: Point): number {
  return to.x >= from.x ? (to.x - from.x) / 2 : 25 * 0.25 * Math.sqrt(from.x - to.x);
}

/** Points of the plain curve between two ports (React Flow's bezier). */
export function curvePoints(from: Point, to: Point): Point[] {
  const reach = curveReach(from, to);
  const [a, b] = [from.x + reach, to.x - reach];
  return Array.from({ length: samples - 1 }, (_, index) => {
    const t = (index + 1) / samples;
    const s = 1 - t;
    const [p, q, r, u] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
    return {
      x: p * from.x + q * a + r * b + u * to.x,
      y: p * from.y + q * from.y + r * to.y + u * to.y,
    };
  });
}

/** The most height of a curve per width: several steeper ones in one gap between columns look alike. */
const steepest = 3;

/** Whether the curve between two ports runs behind no card, not back over its own cards, and not too steeply to follow. */
export function curveIsFree(from: Point, to: Point, boxes: readonly Box[]): boolean {
  if (to.x < from.x + 12 || Math.abs(to.y - from.y) > steepest * (to.x - from.x)) return false;
  const near = boxes.filter(
    ({ left, right, top, bottom }) =>
      left < to.x &&
      right > from.x &&
      top - touch < Math.max(from.y, to.y) &&
      bottom + touch > Math.min(from.y, to.y),
  );
  if (near.length === 0) return true;
  const points = curvePoints(from, to);
  return !near.some((box) => points.some((point) => contains(grown(box, touch), point)));
}
