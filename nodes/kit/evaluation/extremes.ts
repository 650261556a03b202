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
