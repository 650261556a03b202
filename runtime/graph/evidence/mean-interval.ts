import type { Metric } from '../metrics/metric.ts';
import { boundedDifferenceInterval, boundedMeanInterval } from './bounded-intervals.ts';
import type { Interval } from '../metrics/evidence-table.ts';
import { scaleOf } from './item-values.ts';
import { estimate, type QuestionSums } from './questions.ts';
import { withoutRounding } from './distributions.ts';
import { type IntervalOptions, studentizedInterval } from './studentized-interval.ts';

/** An estimate over questions, with its interval; null if there are too few questions for one. */
export interface Estimated {
  readonly mean: number;
  readonly interval: Interval | null;
}

/** Mean of a variant, as its metric aggregates; needs at least one question. */
export function estimatedMean(
  sums: QuestionSums,
  metric: Metric,
  options: IntervalOptions,
): Estimated {
  const scale = scaleOf(metric);
  const { mean, pseudo } = estimate(sums);
  const shown = scale.from(mean);
  if (pseudo.length < 2) return { mean: shown, interval: null };
  const range = rangeOf(metric, [sums]);
  if (range !== undefined) {
    return { mean: shown, interval: boundedMeanInterval(pseudo, range, options.confidence) };
  }
  // Computes on the scale of averaging, where the spread is more even, then transforms back.
  const plain = { to: Number, from: Number, slope: () => 1 };
  const interval = studentizedInterval({ arm: sums, scale: plain }, options);
  return {
    mean: shown,
    interval: interval === null ? null : [scale.from(interval[0]), scale.from(interval[1])],
  };
}

/**
 * Difference of a variant from the baseline over the same questions, as their metric aggregates; needs at least one.
 */
export function estimatedDifference(
  variant: QuestionSums,
  baseline: QuestionSums,
  { metric, ...options }: IntervalOptions & { readonly metric: Metric },
): Estimated {
  const scale = scaleOf(metric);
  const one = estimate(variant);
  const other = estimate(baseline);
  const [own, base] = [scale.from(one.mean), scale.from(other.mean)];
  const mean = withoutRounding(own - base, Math.max(Math.abs(own), Math.abs(base)));
  if (one.pseudo.length < 2) return { mean, interval: null };
  const range = rangeOf(metric, [variant, baseline]);
  if (range !== undefined) {
    const differences = one.pseudo.map((value, at) => value - (other.pseudo[at] ?? 0));
    const width = range[1] - range[0];
    return { mean, interval: boundedDifferenceInterval(differences, width, options.confidence) };
  }
  return { mean, interval: studentizedInterval({ arm: variant, less: baseline, scale }, options) };
}

/** The declared range, if the metric's values stay within it. */
function rangeOf(
  { range, aggregation }: Metric,
  arms: readonly QuestionSums[],
): readonly [number, number] | undefined {
  if (range === undefined || aggregation === 'weighted-geometric-mean') return undefined;
  const [least, most] = range;
  const slack = 1e-9 * (most - least);
  const kept = arms.every(({ sums, weights }) =>
    sums.every((sum, at) => {
      const mean = sum / (weights[at] ?? 1);
      return mean >= least - slack && mean <= most + slack;
    }),
  );
  return kept ? range : undefined;
}
