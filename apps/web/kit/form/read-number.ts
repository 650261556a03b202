/** Reads a number as typed: spaces, thousands commas and a decimal comma are understood; else undefined. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  const plain = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(trimmed)
    ? trimmed.replaceAll(',', '')
    : trimmed.replaceAll(' ', '').replace(/^(-?\d+),(\d+)$/, '$1.$2');
  if (plain === '' || !/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  return Number(plain);
}

/** Several values typed into a field: by a semicolon, or a comma with a space behind it; `1,024` and `0,7` are one. */
const between = /\s*;\s*|,\s+/;
/** One that is not done: a comma, and nothing behind it yet. */
const unfinished = /[,;]\s*$/;

/** Whether a text is, or is about to become, several values. */
export const looksLikeSeveral = (text: string): boolean =>
  unfinished.test(text) || between.test(text.trim());

/** The values of a text, each once: as numbers, where they read as such. */
export function readSeveral(text: string): readonly (string | number)[] {
  const parts = text
    .replace(unfinished, '')
    .split(between)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return [...new Set(parts.map((part) => readNumber(part) ?? part))];
}
