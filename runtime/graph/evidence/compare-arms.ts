import type { Metric } from '../metrics/metric.ts';
import type { Arm } from './arm.ts';
import type { Difference } from '../metrics/evidence-table.ts';
import { type ItemValue, scaleOf } from './item-values.ts';
import { estimatedDifference } from './mean-interval.ts';
import { questionSums } from './questions.ts';
import { signFlipTest } from './sign-flip-test.ts';

/** With fewer differing questions, there is no verdict on the difference. */
export const fewestDiffering = 10;

/** A comparison before the correction for the others in its table. */
export interface ArmDifference extends Omit<Difference, 'adjustedP' | 'verdict' | 'reason'> {
  /** Effect that `p` tests, on the oriented scale: above 0 the variant is better. */
  readonly gain: number;
  /** p over only the items that both have. */
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
 * Compares a variant with the baseline over the items that both have; undefined if there are none. The test counts
 * items that only the better side lacks as the worst possible, so that leaving items out never helps. If the metric has
 * no worst value, the variant is not called better at all.
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
    // If the two disagree on the question, the baseline's counts.
    const { question } = other;
    pairs.push({ question, one: { ...one, question }, other });
  }
  return pairs;
}

/** Items that `better` lacks and `worse` has. */
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

/** Gain of the variant for each question: the differences of its items, each times the mean of its two weights. */
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
