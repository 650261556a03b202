import { greatest, least } from '../kit/evaluation/numeric.ts';

interface Candidate {
  /** Any scale: the best becomes 1, the worst 0. */
  readonly relevance: number;
  /** Unit-length. */
  readonly vector: Float32Array;
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998): next comes the candidate with the largest λ · relevance −
 * (1 − λ) · cosine to the most similar earlier one; of equal ones the first. Returns indices of candidates with these
 * values, which never rise.
 */
export function marginalOrder(
  candidates: readonly Candidate[],
  { lambda, top }: { readonly lambda: number; readonly top: number },
): { readonly at: number; readonly value: number }[] {
  const relevances = scaled(candidates.map(({ relevance }) => relevance));
  const open = candidates.map(({ vector }, at) => ({ at, vector, alike: 0 }));
  const chosen: { at: number; value: number }[] = [];
  while (open.length > 0 && chosen.length < top) {
    const values = open.map(
      ({ at, alike }) => lambda * (relevances[at] ?? 0) - (1 - lambda) * alike,
    );
    const best = values.indexOf(greatest(values));
    const [next] = open.splice(best, 1);
    if (next === undefined) break;
    chosen.push({ at: next.at, value: values[best] ?? 0 });
    for (const candidate of open)
      candidate.alike = Math.max(candidate.alike, dot(candidate.vector, next.vector));
  }
  return chosen;
}

/** From 0 to 1; all 1 if they are equal. */
function scaled(values: readonly number[]): number[] {
  const [lowest, highest] = [least(values), greatest(values)];
  return values.map((value) => (highest > lowest ? (value - lowest) / (highest - lowest) : 1));
}

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}
