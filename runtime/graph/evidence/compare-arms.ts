import type { Metric } from '../metrics/metric.ts';
import { type Arm, sharedSeeds } from './arm.ts';
import type { Difference } from '../metrics/evidence-table.ts';
import { type GroupSums, groupSums, meanOf, placesOf, sumsAt, total } from './groups.ts';
import { type ItemValue, type ItemValues, scaleOf } from './item-values.ts';
import {
  differenceInterval,
  differenceOf,
  type Estimated,
  type SeedSums,
  spreadOf,
} from './mean-interval.ts';
import { signFlipTest } from './sign-flip-test.ts';
import type { Turns } from './turns.ts';
import { fewestSeeds, twoWayP } from './two-way.ts';

/** With fewer differing groups, there is no verdict on the difference. */
export const fewestDiffering = 10;

/** A comparison before the correction for the others in its table, and before its interval. */
export interface ArmDifference extends Pick<Difference, 'n' | 'wins' | 'ties' | 'losses' | 'p'> {
  /** Effect that `p` tests, on the oriented scale: above 0 the variant is better. */
  readonly gain: number;
  /** p over only the items that both have. */
  readonly pairedP: number | null;
  /** By group, of the items that both have. */
  readonly paired: SeedSums;
}

export interface ComparisonOptions {
  readonly metric: Metric;
  readonly seed: number;
}

interface DifferenceOptions extends ComparisonOptions {
  readonly level: number;
  readonly rejects: boolean;
}

export interface Pair {
  readonly group: string;
  readonly one: ItemValue;
  readonly other: ItemValue;
}

/**
 * Compares a variant with the baseline over the items that both have; undefined if there are none. The test counts
 * items that only the better side lacks as the worst possible, so that leaving items out never helps. If the metric has
 * no worst value, the variant is not called better at all.
 */
export function compareArms(
  variant: Arm,
  baseline: Arm,
  { metric, seed }: ComparisonOptions,
): ArmDifference | undefined {
  const pairs = pairsOf(variant.values, baseline.values);
  if (pairs.length === 0) return undefined;
  const sign = metric.direction === 'higher' ? 1 : -1;
  const paired: SeedSums = { all: differencesOf(pairs), seeds: seedDifferences(variant, baseline) };
  const counts = countsOf(pairs, sign);
  const gain = sign * total(paired.all.sums);
  const common = { n: paired.all.sums.length, ...counts, gain, paired };
  if (counts.wins + counts.losses < fewestDiffering) return { ...common, p: null, pairedP: null };
  const pairedP = testOf(paired, seed);
  const unanswered = gain > 0 ? missingPairs(variant, baseline) : missingPairs(baseline, variant);
  if (unanswered.length === 0) return { ...common, p: pairedP, pairedP };
  const worst = worstOf(metric);
  if (worst === undefined) return { ...common, p: 1, pairedP };
  const least = unanswered.map(({ group, one }): Pair => {
    const value: ItemValue = { ...one, value: worst };
    return gain > 0 ? { group, one: value, other: one } : { group, one, other: value };
  });
  const filled = differencesOf([...pairs, ...least]).sums;
  const isSame = sign * total(filled) * gain > 0;
  const p = isSame ? Math.max(pairedP, signFlipTest(filled, seed)) : 1;
  return { ...common, p, pairedP };
}

/** p of no difference; over seeds, the greater of both tests. */
function testOf(sums: SeedSums, seed: number): number {
  const p = signFlipTest(sums.all.sums, seed);
  const overSeeds = spreadOf(sums);
  return overSeeds === undefined ? p : Math.max(p, twoWayP(meanOf(sums.all), overSeeds));
}

/**
 * The difference over the items that both have, and the interval that inverts its test at a level: no difference lies
 * in it unless the test `rejects`. For metrics with a range, and if too few groups differ for a test, the interval has
 * two more pairs, one better and one worse by as much as those that differ, so that what was not seen is not impossible
 * (as Bonett & Price 2012): else 36 wins of 36 would leave no room.
 */
export function* differenceAt(
  { paired, p }: ArmDifference,
  options: DifferenceOptions,
): Turns<Estimated> {
  const { metric } = options;
  const mean = differenceOf(paired.all, metric);
  if (paired.all.sums.length < 2) return { mean, interval: null };
  const isBounded = metric.range !== undefined && !scaleOf(metric).isRatio;
  const sums = isBounded || p === null ? withUnseen(paired, metric) : paired;
  const interval = yield* differenceInterval(sums, options);
  return {
    mean,
    interval: interval && [Math.min(interval[0], mean), Math.max(interval[1], mean)],
  };
}

function withUnseen({ all, seeds }: SeedSums, { range }: Metric): SeedSums {
  const weight = total(all.weights) / all.weights.length;
  const rounding = 1e-9 * all.sums.reduce((most, sum) => Math.max(most, Math.abs(sum)), 0);
  let [squares, weightSquares] = [0, 0];
  for (const [at, sum] of all.sums.entries()) {
    if (Math.abs(sum) <= rounding) continue;
    squares += sum * sum;
    weightSquares += (all.weights[at] ?? 0) ** 2;
  }
  const most = range === undefined ? 0 : range[1] - range[0];
  const apart = weight * (weightSquares === 0 ? most : Math.sqrt(squares / weightSquares));
  const more = ({ sums, weights }: GroupSums): GroupSums => ({
    sums: Float64Array.from([...sums, apart, -apart]),
    weights: Float64Array.from([...weights, weight, weight]),
  });
  return { all: more(all), seeds: seeds.map(more) };
}

/** The items that both have. */
export function pairsOf(variant: ItemValues, baseline: ItemValues): Pair[] {
  const pairs: Pair[] = [];
  for (const [item, one] of variant) {
    const other = baseline.get(item);
    // If the two disagree on the group, the baseline's counts.
    if (other !== undefined) pairs.push({ group: other.group, one, other });
  }
  return pairs;
}

/** By group, variant − baseline, each item with the mean of its two weights. */
export function differencesOf(pairs: readonly Pair[]): GroupSums {
  const items = pairs.map(differenceItem);
  return sumsAt(items, 1, placesOf(items))[0] ?? none;
}

const none: GroupSums = { sums: new Float64Array(), weights: new Float64Array() };

const differenceItem = ({ group, one, other }: Pair): [ItemValue] => [
  { group, value: one.value - other.value, weight: (one.weight + other.weight) / 2 },
];

/** The same of each seed that gave items to both, in the places of all; empty if these are too few for a test over seeds. */
function seedDifferences(variant: Arm, baseline: Arm): GroupSums[] {
  const shared = sharedSeeds(variant, baseline);
  if (shared.length < fewestSeeds) return [];
  const places = placesOf(pairsOf(variant.values, baseline.values).map(differenceItem));
  return shared.flatMap(([own, base]) => [
    ...sumsAt(pairsOf(own, base).map(differenceItem), 1, places),
  ]);
}

/** In how many groups the variant is better, as good and worse. */
export function countsOf(
  pairs: readonly Pair[],
  sign: number,
): { readonly wins: number; readonly ties: number; readonly losses: number } {
  const [own, base] = groupSums(
    pairs.map(({ group, one, other }) => {
      const weight = (one.weight + other.weight) / 2;
      return [
        { group, value: one.value, weight },
        { group, value: other.value, weight },
      ];
    }),
    2,
  );
  const counts = { wins: 0, ties: 0, losses: 0 };
  for (const [at, sum] of own?.sums.entries() ?? []) {
    const other = base?.sums[at] ?? 0;
    const gain = sign * (sum - other);
    const alike = 1e-9 * Math.max(Math.abs(sum), Math.abs(other));
    counts[gain > alike ? 'wins' : gain < -alike ? 'losses' : 'ties'] += 1;
  }
  return counts;
}

/** Items that `better` lacks and `worse` has. */
function missingPairs(better: Arm, worse: Arm): { group: string; one: ItemValue }[] {
  return [...better.missing].flatMap((item) => {
    const one = worse.values.get(item);
    return one === undefined || better.values.has(item) ? [] : [{ group: one.group, one }];
  });
}

function worstOf(metric: Metric): number | undefined {
  const worst = metric.range?.[metric.direction === 'higher' ? 0 : 1];
  const value = worst === undefined ? Number.NaN : scaleOf(metric).to(worst);
  return Number.isFinite(value) ? value : undefined;
}
