/**
 * Tells which share of words stands in a text, from 0 to 1, each word once, by its weight; 1 where there are none. A number
 * proves more than a word, and `weight` says what else does. A text costs no more than the shorter of both.
 */
export function wordCover(
  words: readonly string[],
  weight: (word: string) => number = () => 1,
): (held: ReadonlySet<string>) => number {
  const weights = new Map(words.map((word) => [word, weight(word)]));
  const all = [...weights.values()].reduce((sum, counts) => sum + counts, 0);
  return (held) => {
    if (all === 0) return 1;
    let there = 0;
    if (held.size < weights.size) for (const word of held) there += weights.get(word) ?? 0;
    else for (const [word, counts] of weights) if (held.has(word)) there += counts;
    return there / all;
  };
}
