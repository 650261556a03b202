/** Reads a number as typed: spaces, thousands commas and a decimal comma are understood; else undefined. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  const plain = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(trimmed)
    ? trimmed.replaceAll(',', '')
    : trimmed.replaceAll(' ', '').replace(/^(-?\d+),(\d+)$/, '$1.$2');
  if (plain === '' || !/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  return Number(plain);
}
