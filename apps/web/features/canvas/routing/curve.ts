import { contains, grown, type Box, type Point } from './shapes.ts';

const samples = 32;
/** Pixels of a port's own card that a curve may touch. */
const touch = 2;

/** Pixels that the handles of the curve between two ports reach out of them, as React Flow's bezier has it. */
export function curveReach(from: Point, to: Point): number {
  return to.x >= from.x ? (to.x - from.x) / 2 : 25 * 0.25 * Math.sqrt(from.x - to.x);
}

/** Points of the curve that is drawn between two ports where nothing is in its way (React Flow's bezier). */
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

/** How much steeper than wide a curve may be: beyond, several in one gap between columns cannot be told apart. */
const steepest = 3;

/** Whether the curve between two ports runs behind a card, or back over its own, or too steeply to be followed. */
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
