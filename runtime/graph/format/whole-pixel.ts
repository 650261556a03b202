/** Browsers draw nothing sound farther out than some 33 million pixels; nobody scrolls as far as this. */
const farthest = 10_000_000;

/**
 * Positions are whole pixels, so that a nudge of half a pixel changes no file; never -0. None is so far out that it could
 * not be drawn, or that a sum of some were no number any more.
 */
export function wholePixel(value: number): number {
  return Math.max(-farthest, Math.min(farthest, Math.round(value))) + 0;
}
