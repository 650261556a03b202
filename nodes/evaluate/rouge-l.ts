/**
 * ROUGE-L of an answer and its reference (Lin 2004): F1 of their longest common subsequence of words, between 0 and 1.
 * Like Google's `rouge_score` without a stemmer, except that letters of every script form words.
 */
export function rougeL(answer: string, reference: string): number {
  const given = words(answer);
  const wanted = words(reference);
  if (given.length === 0 || wanted.length === 0) return 0;
  return (2 * commonSubsequence(given, wanted)) / (given.length + wanted.length);
}

function words(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/**
 * Length of the longest common subsequence; memory is linear in `b`. Compares numbers instead of words, because long
 * texts take a while.
 */
function commonSubsequence(a: readonly string[], b: readonly string[]): number {
  const numbers = new Map<string, number>();
  const numbered = (all: readonly string[]) =>
    Uint32Array.from(all, (word) => {
      const number = numbers.get(word) ?? numbers.size;
      numbers.set(word, number);
      return number;
    });
  const [outer, inner] = [numbered(a), numbered(b)];
  let above = new Uint32Array(inner.length + 1);
  let row = new Uint32Array(inner.length + 1);
  for (const word of outer) {
    // By index: an iterator takes several times as long.
    for (let at = 0; at < inner.length; at++) {
      row[at + 1] =
        word === inner[at] ? (above[at] ?? 0) + 1 : Math.max(above[at + 1] ?? 0, row[at] ?? 0);
    }
    [above, row] = [row, above];
  }
  return above[inner.length] ?? 0;
}
