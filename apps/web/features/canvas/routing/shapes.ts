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

/** Whether a line along an axis runs through the inside of a box. */
export function crosses(box: Box, a: Point, b: Point): boolean {
  return (
    Math.min(a.x, b.x) < box.right &&
    Math.max(a.x, b.x) > box.left &&
    Math.min(a.y, b.y) < box.bottom &&
    Math.max(a.y, b.y) > box.top
  );
}
