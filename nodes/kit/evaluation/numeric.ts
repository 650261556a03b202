/** Sum of the precisions at each place, from 0, at which something wanted stands; places ascend. */
export function precisions(places: readonly number[]): number {
  return places.reduce((sum, place, before) => sum + (before + 1) / (place + 1), 0);
}

/** Context precision: the mean of the precisions at the useful passages, in the order in which they are given; 0 where none is. */
export function contextPrecision(useful: readonly boolean[]): number {
  const places = useful.flatMap((isUseful, place) => (isUseful ? [place] : []));
  return places.length === 0 ? 0 : precisions(places) / places.length;
}

/** Of unit-length vectors; rounding may lead out of [-1, 1] by a hair. */
export function cosine(a: Float32Array, b: Float32Array): number {
  const dot = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return Math.max(-1, Math.min(1, dot));
}

/**
 * The greatest of any number of values, of none -Infinity. `Math.max(...values)` takes them as arguments, of which there can
 * be no more than the stack holds.
 */
export function greatest(values: Iterable<number>): number {
  let most = -Infinity;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The least of any number of values, of none Infinity. */
export function least(values: Iterable<number>): number {
  let fewest = Infinity;
  for (const value of values) fewest = Math.min(fewest, value);
  return fewest;
}
