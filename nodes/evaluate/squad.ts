/** Python's `string.punctuation`. */
const punctuation = /[!-/:-@[-`{-~]/g;
/** Whole words, as Python's `\b` finds them in any script. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** SQuAD's normalization of an answer (Rajpurkar et al. 2016): words without capitals, punctuation and articles. */
function squadWords(text: string): readonly string[] {
  const plain = text.toLowerCase().replace(punctuation, '').replace(articles, ' ');
  return plain.split(/\s+/).filter((word) => word !== '');
}

/** Whether an answer and its reference have the same words in the same order. */
export function exactMatch(answer: string, reference: string): boolean {
  return squadWords(answer).join(' ') === squadWords(reference).join(' ');
}

/**
 * F1 of the words of an answer and its reference, with repetitions: 2·shared / (words of both), between 0 and 1. If one
 * has no words, 1 if neither has.
 */
export function squadF1(answer: string, reference: string): number {
  const given = squadWords(answer);
  const wanted = squadWords(reference);
  if (given.length === 0 || wanted.length === 0) return given.length === wanted.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    shared += 1;
  }
  return (2 * shared) / (given.length + wanted.length);
}

/** Whether a text contains the words of a phrase consecutively; never for a phrase without words. */
export function hasPhrase(text: string, phrase: string): boolean {
  const wanted = squadWords(phrase);
  return wanted.length > 0 && ` ${squadWords(text).join(' ')} `.includes(` ${wanted.join(' ')} `);
}

/** Whether an answer contains a reference, with or without its parts in brackets. */
export function contains(answer: string, reference: string): boolean {
  const outside = reference.replace(/\([^()]*\)/g, ' ');
  return hasPhrase(answer, outside) || hasPhrase(answer, reference);
}
