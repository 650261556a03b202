/** The number, among all rows, of the one at a place of those shown: the same where all are shown. */
export function numberAt(numbers: readonly number[] | undefined, at: number): number {
  return numbers === undefined ? at : (numbers[at] ?? at);
}

/** The place of a row among those shown, which are in order; undefined where it is not one of them. */
export function placeOfRow(
  numbers: readonly number[] | undefined,
  number: number,
): number | undefined {
  if (numbers === undefined) return number;
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) < number) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === number ? low : undefined;
}
