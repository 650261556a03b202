/** The number, among all rows, of the one at a place of those shown: the same where all are shown. */
export function numberAt(numbers: readonly number[] | undefined, at: number): number {
  return numbers === undefined ? at : (numbers[at] ?? at);
}

/** The place of a row among those shown; undefined where it is not one of them. */
export function placeOfRow(
  numbers: readonly number[] | undefined,
  number: number,
): number | undefined {
  if (numbers === undefined) return number;
  const at = numbers.indexOf(number);
  return at === -1 ? undefined : at;
}
