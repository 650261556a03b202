/** English words without content. */
const stopWords = new Set(
  `a about above after again all also am an and any are as at be because been before being below between both but by can
  could did do does doing down during each few for from further had has have having he her here hers him his how i if in
  into is it its itself just me more most my no nor not now of off on once only or other our out over own same she should
  so some such than that the their them then there these they this those through to too under until up very was we were
  what when where which while who whom why will with would you your yes s t answer according passage passages question`.split(
    /\s+/,
  ),
);

/** The stem of a word: lower case, without accents and plural endings, so that "Kilns" finds "kiln". */
function stem(word: string): string {
  const plain = word.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
  if (/^\d/.test(plain)) return plain.replace(/,/g, '').replace(/\.0+$/, '');
  if (plain.length > 4 && plain.endsWith('ies')) return `${plain.slice(0, -3)}y`;
  if (plain.length > 3 && plain.endsWith('s') && !plain.endsWith('ss')) return plain.slice(0, -1);
  return plain;
}

/** The content words of a text, with numbers, in order. */
export function contentWords(text: string): string[] {
  return Array.from(text.matchAll(/\d[\d.,:]*\d|[\p{L}\p{N}]+/gu), ([word]) => word)
    .filter((word) => !stopWords.has(word.toLowerCase()))
    .map(stem);
}

/**
 * Returns a function for the weighted share of words that a text contains, from 0 to 1, counting each word once; 1
 * without words. `weight` says what a word proves: a number more than an ordinary word. A text costs no more than the
 * shorter of both.
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
