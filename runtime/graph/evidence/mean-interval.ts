import type { Interval } from '../metrics/evidence-table.ts';
import type { Metric } from '../metrics/metric.ts';
import { boundedMeanInterval } from './bounded-intervals.ts';
import { withoutRounding } from './distributions.ts';
import { type GroupSums, meanOf, meanSize, pseudoValues } from './groups.ts';
import { scaleOf } from './item-values.ts';
import { type IntervalOptions, signFlipInterval } from './sign-flip-interval.ts';
import type { Turns } from './turns.ts';
import { type Spread, twoWayInterval, twoWaySpread } from './two-way.ts';

/** An estimate over groups, with its interval; null if there are too few groups for one. */
export interface Estimated {
  readonly mean: number;
  readonly interval: Interval | null;
}

/** Sums by group over all seeds, and those of each seed if intervals are to be over seeds too. */
export interface SeedSums {
  readonly all: GroupSums;
  readonly seeds: readonly GroupSums[];
}

/** Undefined if the interval holds for these seeds only. */
export const spreadOf = ({ all, seeds }: SeedSums): Spread | undefined =>
  seeds.length === 0 || all.sums.length < 2 ? undefined : twoWaySpread(all, seeds);

/**
 * Mean of a variant, as its metric aggregates; needs at least one group. Shares have Wilson's interval, other numbers
 * the means that a sign-flip test does not reject, on the scale of averaging: for perplexities the logarithm.
 */
export function* estimatedMean(
  sums: SeedSums,
  metric: Metric,
  options: IntervalOptions,
): Turns<Estimated> {
  const { all } = sums;
  const scale = scaleOf(metric);
  const mean = scale.from(meanOf(all));
  if (all.sums.length < 2) return { mean, interval: null };
  const range = rangeOf(metric, all);
  const overSeeds = spreadOf(sums);
  if (range !== undefined) {
    const { level } = options;
    return { mean, interval: boundedMeanInterval(pseudoValues(all), range, { level, overSeeds }) };
  }
  const interval = yield* flipInterval(sums, options);
  return {
    mean,
    interval: interval && [scale.from(interval[0]), scale.from(interval[1])],
  };
}

/**
 * Difference of Σ weight × (variant − baseline) by group, at least one: for a geometric mean, of logarithms, the ratio of
 * the two.
 */
export function differenceOf(differences: GroupSums, metric: Metric): number {
  return scaleOf(metric).from(withoutRounding(meanOf(differences), meanSize(differences)));
}

/**
 * Interval of that difference. If its test `rejects` at this level, no end reaches no difference; else no difference
 * lies within. Null if the groups are too few for the level and the metric has no range.
 */
export function* differenceInterval(
  sums: SeedSums,
  { metric, ...options }: IntervalOptions & { readonly metric: Metric },
): Turns<Interval | null> {
  const { range } = metric;
  const found = yield* flipInterval(sums, options);
  if (found === null) {
    return range === undefined ? null : [range[0] - range[1], range[1] - range[0]];
  }
  const size = meanSize(sums.all);
  const scale = scaleOf(metric);
  const ends = options.rejects === true ? found : [Math.min(found[0], 0), Math.max(found[1], 0)];
  const [low = 0, high = 0] = ends.map((end) => scale.from(withoutRounding(end, size)));
  return [low, high];
}

/** Null if it is unbounded. */
function* flipInterval(sums: SeedSums, options: IntervalOptions): Turns<Interval | null> {
  const { all } = sums;
  const flipped = yield* signFlipInterval(all, options);
  if (!flipped.every(Number.isFinite)) return null;
  const overSeeds = spreadOf(sums);
  if (overSeeds === undefined) return flipped;
  // The union: what either test does not reject. A mean of groups lies between their values.
  const values = all.sums.map((sum, at) => sum / (all.weights[at] ?? 1));
  const [low, high] = twoWayInterval(meanOf(all), overSeeds, options.level);
  const mean = meanOf(all);
  // Where the test rejects 0, only rounding and unseen pairs can bring the near end there.
  const crosses = (end: number): boolean => options.rejects === true && end * mean <= 0;
  return [
    crosses(low) && mean > 0 ? flipped[0] : Math.min(flipped[0], Math.max(low, least(values))),
    crosses(high) && mean < 0 ? flipped[1] : Math.max(flipped[1], Math.min(high, greatest(values))),
  ];
}

const least = (values: Float64Array): number =>
  values.reduce((most, value) => Math.min(most, value), Infinity);
const greatest = (values: Float64Array): number => -least(values.map((value) => -value));

/** The declared range, if the metric's values stay within it. */
function rangeOf(
  { range, aggregation }: Metric,
  { sums, weights }: GroupSums,
): readonly [number, number] | undefined {
  if (range === undefined || aggregation === 'weighted-geometric-mean') return undefined;
  const [least, most] = range;
  const slack = 1e-9 * (most - least);
  const isKept = sums.every((sum, at) => {
    const mean = sum / (weights[at] ?? 1);
    return mean >= least - slack && mean <= most + slack;
  });
  return isKept ? range : undefined;
}
