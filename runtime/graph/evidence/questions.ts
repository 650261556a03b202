import type { ItemValue } from './item-values.ts';

/** Sums over the items of each question: Σ weight × value, and Σ weight. */
export interface QuestionSums {
  readonly sums: Float64Array;
  readonly weights: Float64Array;
}

/** Groups items by question; `values` gives one value for each arm. */
export function questionSums(
  items: Iterable<readonly ItemValue[]>,
  arms: number,
): readonly QuestionSums[] {
  const places = new Map<string, number>();
  const sums = Array.from({ length: arms }, () => ({
    sums: [] as number[],
    weights: [] as number[],
  }));
  for (const values of items) {
    const question = values[0]?.question ?? '';
    const place = places.get(question) ?? places.size;
    places.set(question, place);
    for (const [arm, { value, weight }] of values.entries()) {
      const own = sums[arm];
      if (own === undefined) continue;
      own.sums[place] = (own.sums[place] ?? 0) + weight * value;
      own.weights[place] = (own.weights[place] ?? 0) + weight;
    }
  }
  return sums.map((own) => ({
    sums: Float64Array.from(own.sums),
    weights: Float64Array.from(own.weights),
  }));
}

export interface Estimate {
  /** Σ sums / Σ weights: the mean over items. */
  readonly mean: number;
  /**
   * One number for each question; their plain mean is `mean` and their spread is that of the ratio, to first order.
   * Resampling questions means resampling these.
   */
  readonly pseudo: Float64Array;
}

/** The mean over items, and each question's contribution. At least one question. */
export function estimate({ sums, weights }: QuestionSums): Estimate {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = sums.reduce((sum, value) => sum + value, 0) / total;
  const scale = weights.length / total;
  const pseudo = sums.map((sum, at) => mean + scale * (sum - mean * (weights[at] ?? 0)));
  return { mean, pseudo };
}
