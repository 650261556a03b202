import type { Metric } from '../metrics/metric.ts';
import type { Arm } from './arm.ts';
import type { Difference } from '../metrics/evidence-table.ts';
import { type ItemValue, scaleOf } from './item-values.ts';
import { estimatedDifference } from './mean-interval.ts';
import { questionSums } from './questions.ts';
import { signFlipTest } from './sign-flip-test.ts';

/** With fewer questions that differ nothing is said of a difference. */
export const fewestDiffering = 10;

/** A comparison before it is corrected for the others beside it. */
export interface ArmDifference extends Omit<Difference, 'adjustedP' | 'verdict' | 'reason'> {
  /** What `p` is of, on the oriented scale: above 0 the variant is better. */
  readonly gain: number;
  /** p while the items count that both have, and no other. */
  readonly pairedP: number | null;
}

export interface ComparisonOptions {
  readonly metric: Metric;
  readonly confidence: number;
  readonly seed: number;
}

export interface Pair {
  readonly question: string;
  readonly one: ItemValue;
  readonly other: ItemValue;
}

/**
 * A variant against the baseline over the items that both have; undefined where there are none. Items that only the
 * better of the two is missing count in the test as the worst that there is, so that nothing becomes better by what it
 * left out; where the metric has no worst, it is not called better at all.
 */
export function compareArms(
  variant: Arm,
  baseline: Arm,
  options: ComparisonOptions,
): ArmDifference | undefined {
  const { metric, seed } = options;
  const pairs = pairsOf(variant, baseline);
  const [own, base] = questionSums(
    pairs.map(({ one, other }) => [one, other]),
    2,
  );
  if (pairs.length === 0 || own === undefined || base === undefined) return undefined;
  const { mean, interval } = estimatedDifference(own, base, options);
  const sign = metric.direction === 'higher' ? 1 : -1;
  const counts = { wins: 0, ties: 0, losses: 0 };
  for (const [at, sum] of own.sums.entries()) {
    const mean = sum / (own.weights[at] ?? 1);
    const other = (base.sums[at] ?? 0) / (base.weights[at] ?? 1);
    const gain = sign * (mean - other);
    const alike = 1e-9 * Math.max(Math.abs(mean), Math.abs(other));
    counts[gain > alike ? 'wins' : gain < -alike ? 'losses' : 'ties'] += 1;
  }
  const common = { mean, interval, n: own.sums.length, ...counts };
  const gains = gainsOf(pairs, sign);
  const gain = sum(gains);
  if (counts.wins + counts.losses < fewestDiffering) {
    return { ...common, gain, p: null, pairedP: null };
  }
  const pairedP = sign * mean * gain < 0 ? 1 : signFlipTest(gains, seed);
  const unanswered = gain > 0 ? missingPairs(variant, baseline) : missingPairs(baseline, variant);
  if (unanswered.length === 0) return { ...common, gain, p: pairedP, pairedP };
  const worst = worstOf(metric);
  if (worst === undefined) return { ...common, gain, p: 1, pairedP };
  const filled = unanswered.map(({ question, one }): Pair => {
    const least: ItemValue = { ...one, value: worst };
    return gain > 0 ? { question, one: least, other: one } : { question, one, other: least };
  });
  const all = gainsOf([...pairs, ...filled], sign);
  const p = sum(all) * gain > 0 ? signFlipTest(all, seed) : 1;
  return { ...common, gain, p, pairedP };
}

/** The items that both have. */
export function pairsOf(variant: Arm, baseline: Arm): Pair[] {
  const pairs: Pair[] = [];
  for (const [item, one] of variant.values) {
    const other = baseline.values.get(item);
    if (other === undefined) continue;
    // Where the two do not agree on the question, the baseline's counts.
    const { question } = other;
    pairs.push({ question, one: { ...one, question }, other });
  }
  return pairs;
}

/** Items that `better` is missing and `worse` has. */
function missingPairs(better: Arm, worse: Arm): { question: string; one: ItemValue }[] {
  return [...better.missing].flatMap((item) => {
    const one = worse.values.get(item);
    return one === undefined || better.values.has(item) ? [] : [{ question: one.question, one }];
  });
}

function worstOf(metric: Metric): number | undefined {
  const worst = metric.range?.[metric.direction === 'higher' ? 0 : 1];
  const value = worst === undefined ? Number.NaN : scaleOf(metric).to(worst);
  return Number.isFinite(value) ? value : undefined;
}

/** What the variant gains in each question: the items' differences, each by the mean of its two weights. */
export function gainsOf(pairs: readonly Pair[], sign: number): Float64Array {
  const gains = new Map<string, number>();
  for (const { question, one, other } of pairs) {
    const weight = (one.weight + other.weight) / 2;
    const gain = sign * weight * (one.value - other.value);
    gains.set(question, (gains.get(question) ?? 0) + gain);
  }
  return Float64Array.from(gains.values());
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
