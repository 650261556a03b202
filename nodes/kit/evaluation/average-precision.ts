/** Sum of the precisions at each place, from 0, at which something wanted stands; places ascend. */
export function precisions(places: readonly number[]): number {
  return places.reduce((sum, place, before) => sum + (before + 1) / (place + 1), 0);
}

/** Context precision: the mean of the precisions at the useful passages, in the order in which they are given; 0 where none is. */
export function contextPrecision(useful: readonly boolean[]): number {
  const places = useful.flatMap((one, place) => (one ? [place] : []));
  return places.length === 0 ? 0 : precisions(places) / places.length;
}
