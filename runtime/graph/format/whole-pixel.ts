/** Positions are whole pixels, so that a nudge of half a pixel changes no file; never -0. */
export function wholePixel(value: number): number {
  return Math.round(value) + 0;
}
