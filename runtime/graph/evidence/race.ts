import { GraphError } from '../base/errors.ts';
import type { Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import type { RaceDrop } from '../metrics/evidence-table.ts';
import { type Arm, armsOf } from './arm.ts';
import { fewestDiffering, gainsOf, pairsOf } from './compare-arms.ts';
import { estimate, questionSums } from './questions.ts';
import { estimatedDifference } from './mean-interval.ts';
import { seededOrder } from './seeded-random.ts';
import { signFlipShows } from './sign-flip-test.ts';
import { atOnce, byTurns, type Turns } from './turns.ts';

/**
 * The questions of each look of a race: each look contains the one before and adds an equal part; the last has all
 * questions, in the order of `seededOrder`.
 */
export function raceLooks(
  questions: readonly string[],
  { looks, seed = 0 }: { readonly looks: number; readonly seed?: number },
): readonly (readonly string[])[] {
  const order = seededOrder(questions, seed);
  return Array.from({ length: looks }, (_, look) =>
    order.slice(0, Math.ceil((order.length * (look + 1)) / looks)),
  );
}

/** A variant that is still in the race. */
export interface Racer {
  readonly name: string;
  /** Rows of the questions so far, one list for each repeat. */
  readonly repeats: readonly (readonly MetricRow[])[];
}

export interface RaceRules {
  /** The deciding metric. */
  readonly metric: Metric;
  /** Never dropped. */
  readonly baseline: string;
  /** Number of variants at the start, with the baseline. */
  readonly variants: number;
  readonly looks: number;
  /** Probability, over the whole race, of dropping the best variant. */
  readonly error: number;
  readonly seed?: number;
}

/**
 * The variants to drop after a look that is not the last: those whose adjusted interval of the difference from the best
 * lies wholly on the worse side, with at least ten differing questions, and for which a paired sign-flip test agrees at
 * the same level. The error is split evenly over the looks that can drop a variant and over the pairs of one variant.
 * So the truly best variant is dropped in at most that share of races. For right–wrong answers the test is exact, so
 * this holds even at extreme levels, where intervals are too narrow. A variant without values drops nobody.
 */
export function raceLook(racers: readonly Racer[], rules: RaceRules): readonly RaceDrop[] {
  return atOnce(look(racers, rules));
}

/** The same, with a pause between its parts. */
export function raceLookByTurns(
  racers: readonly Racer[],
  rules: RaceRules,
  pause: () => Promise<void>,
): Promise<readonly RaceDrop[]> {
  return byTurns(look(racers, rules), pause);
}

function* look(racers: readonly Racer[], rules: RaceRules): Turns<readonly RaceDrop[]> {
  const { metric, baseline, variants, looks, error, seed = 0 } = rules;
  if (looks < 2) {
    throw new GraphError(
      'bad-param',
      'A race needs two looks or more, because the last look drops no variant.',
    );
  }
  const confidence = 1 - (2 * error) / ((looks - 1) * Math.max(1, variants - 1));
  const arms = yield* armsOf(racers, metric);
  const best = bestOf(arms, signOf(metric));
  const leader = best === undefined ? undefined : racers[best];
  const leading = best === undefined ? undefined : arms[best];
  if (leader === undefined || leading === undefined) return [];
  const drops: RaceDrop[] = [];
  for (const [at, { name }] of racers.entries()) {
    const arm = arms[at];
    if (arm === undefined || at === best || name === baseline) continue;
    const lag = yield* lagOf(arm, leading, { metric, confidence, seed });
    yield;
    if (lag !== undefined) {
      drops.push({ variant: name, behind: leader.name, confidence, ...lag });
    }
  }
  return drops;
}

/**
 * How far an arm lies below the leader; undefined unless both interval and test say so, or if the leader lacks items
 * that this one answered.
 */
function* lagOf(
  arm: Arm,
  leading: Arm,
  options: { readonly metric: Metric; readonly confidence: number; readonly seed: number },
): Turns<Pick<RaceDrop, 'difference' | 'interval' | 'n'> | undefined> {
  const pairs = pairsOf(arm, leading);
  // It may lead only because of that.
  if (pairs.length < arm.values.size || pairs.length === 0) return undefined;
  const [own, others] = questionSums(
    pairs.map(({ one, other }) => [one, other]),
    2,
  );
  if (own === undefined || others === undefined) return undefined;
  if (differing(own, others) < fewestDiffering) return undefined;
  const { mean, interval } = estimatedDifference(own, others, options);
  const sign = signOf(options.metric);
  if (interval === null || Math.max(...interval.map((end) => sign * end)) >= 0) return undefined;
  const gains = gainsOf(pairs, sign);
  const level = 1 - options.confidence;
  const isBelow = gains.reduce((sum, gain) => sum + gain, 0) < 0;
  if (!isBelow || !(yield* signFlipShows(gains, { level, seed: options.seed }))) return undefined;
  return { difference: mean, interval, n: own.sums.length };
}

/** Of an improvement. */
const signOf = ({ direction }: Metric): number => (direction === 'higher' ? 1 : -1);

function bestOf(arms: readonly Arm[], sign: number): number | undefined {
  let best: { readonly at: number; readonly mean: number } | undefined;
  for (const [at, { values }] of arms.entries()) {
    const [sums] = questionSums(
      [...values.values()].map((value) => [value]),
      1,
    );
    if (sums === undefined || sums.sums.length === 0) continue;
    const mean = sign * estimate(sums).mean;
    if (best === undefined || mean > best.mean) best = { at, mean };
  }
  return best?.at;
}

type Sums = ReturnType<typeof questionSums>[number];

function differing(one: Sums, other: Sums): number {
  return one.sums.filter((sum, at) => {
    const mean = sum / (one.weights[at] ?? 1);
    const otherMean = (other.sums[at] ?? 0) / (other.weights[at] ?? 1);
    return Math.abs(mean - otherMean) > 1e-9 * Math.max(Math.abs(mean), Math.abs(otherMean));
  }).length;
}

/** Data of all racers for one metric, and the full set of items. */
export interface RaceCounts {
  /** Dropped variants, and of how many. */
  readonly dropped: number;
  readonly variants: number;
  /** Evaluations of an item by a variant, one for each repeat: in the race, and if every variant had seen all items. */
  readonly made: number;
  readonly whole: number;
  readonly error: number;
}

/** A sentence on what a race saved and risked. */
export function raceAccount({ dropped, variants, made, whole, error }: RaceCounts): string {
  if (dropped === 0) return 'The race dropped no variant, so it saved nothing and risked nothing.';
  const counted = (count: number): string => count.toLocaleString('en-US');
  const saved = Math.round(100 * (1 - made / Math.max(1, whole)));
  return `The race dropped ${dropped} of ${variants} variants early: ${counted(made)} evaluations instead of ${counted(whole)}, ${saved} % saved. The risk that it dropped the best is at most ${Number((100 * error).toPrecision(3))} %.`;
}
