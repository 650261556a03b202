/**
 * Estimates tokens from the text alone, so that cutting and budgeting need no model. One token is: up to 7 letters of a
 * Latin word, up to 3 of another alphabet, one Chinese, Japanese, Korean or Thai character, one digit, one sign, or one
 * run of line breaks. Estimates add up if a text is cut at the start of a token.
 */
const tokenPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]|\p{Script=Latin}[\p{Script=Latin}\p{M}]{0,6}|\p{L}[\p{L}\p{M}]{0,2}|\p{N}|\n+|[^\s]/gu;

export function estimateTokens(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(tokenPattern)) count += 1;
  return count;
}

/** Start of each estimated token, in code units, ascending. */
export function tokenStarts(text: string): Uint32Array {
  const starts = new Uint32Array(text.length);
  let count = 0;
  for (const match of text.matchAll(tokenPattern)) starts[count++] = match.index;
  return starts.subarray(0, count);
}
