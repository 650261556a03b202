/**
 * Which share of words stands in a text, from 0 to 1, each word once, by its weight; 1 where there are none. A number
 * proves more than a word, and `weight` says what else does.
 */
export function wordCover(
  words: readonly string[],
  held: ReadonlySet<string>,
  weight: (word: string) => number = () => 1,
): number {
  let all = 0;
  let there = 0;
  for (const word of new Set(words)) {
    const counts = weight(word);
    all += counts;
    if (held.has(word)) there += counts;
  }
  return all === 0 ? 1 : there / all;
}
