/** Sum of the precisions at each relevant position; positions count from 0 and ascend. */
export function precisions(places: readonly number[]): number {
  return places.reduce((sum, place, before) => sum + (before + 1) / (place + 1), 0);
}

/** Context precision: mean of the precisions at the useful passages, in their given order; 0 if none is useful. */
export function contextPrecision(useful: readonly boolean[]): number {
  const places = useful.flatMap((isUseful, place) => (isUseful ? [place] : []));
  return places.length === 0 ? 0 : precisions(places) / places.length;
}

/** Cosine of unit-length vectors, clamped to [-1, 1] against rounding. */
export function cosine(a: Float32Array, b: Float32Array): number {
  const dot = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return Math.max(-1, Math.min(1, dot));
}

/**
 * The greatest of any number of values; -Infinity for none. `Math.max(...values)` would pass them as arguments, which
 * the stack limits.
 */
export function greatest(values: Iterable<number>): number {
  let most = -Infinity;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The least of any number of values; Infinity for none. */
export function least(values: Iterable<number>): number {
  let fewest = Infinity;
  for (const value of values) fewest = Math.min(fewest, value);
  return fewest;
}
