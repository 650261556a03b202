import { comparedWords } from '@graft/graph';

/**
 * F1 of the words of an answer against those of its reference, each as often as it stands there, as in SQuAD
 * (Rajpurkar et al. 2016): 2·shared / (words of one + words of the other), between 0 and 1.
 */
export function wordOverlap(answer: string, reference: string): number {
  const given = comparedWords(answer);
  const wanted = comparedWords(reference);
  if (given.length + wanted.length === 0) return 1;
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
