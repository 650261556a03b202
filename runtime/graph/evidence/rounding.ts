/** Of the numbers that a sum or difference is made of, what rounding may leave of them at most. */
const roundingOf = 1e-12;

/**
 * A sum or difference of numbers of a `size`, 0 where it is no more than their rounding: equal means of sums in another
 * order differ by some 1e-17, which is no difference, and no number for people.
 */
export function withoutRounding(value: number, size: number): number {
  return Math.abs(value) <= roundingOf * size ? 0 : value;
}
