import { GraphError } from '../base/errors.ts';
import type { Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import type { RaceDrop } from '../metrics/evidence-table.ts';
import { type Arm, armsOf } from './arm.ts';
import { countsOf, differencesOf, fewestDiffering, pairsOf } from './compare-arms.ts';
import { total } from './groups.ts';
import { type ItemValue, scaleOf } from './item-values.ts';
import { differenceInterval, differenceOf } from './mean-interval.ts';
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
 * The variants to drop after a look that is not the last: those that a paired sign-flip test shows to be worse than the
 * best, with at least ten differing groups. The error is split evenly over the looks that can drop a variant and over the
 * pairs of one variant. So the truly best variant is dropped in at most that share of races. For right–wrong answers the
 * test is exact, so this holds even at extreme levels. A variant without values drops nobody.
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
 * How far an arm lies below the leader, with the interval that inverts the test; undefined unless the test says so, or if
 * the leader lacks items that this one answered.
 */
function* lagOf(
  arm: Arm,
  leading: Arm,
  options: { readonly metric: Metric; readonly confidence: number; readonly seed: number },
): Turns<Pick<RaceDrop, 'difference' | 'ratio' | 'interval' | 'n'> | undefined> {
  const { metric, confidence, seed } = options;
  const pairs = pairsOf(arm.values, leading.values);
  // It may lead only because of that.
  if (pairs.length < arm.values.size || pairs.length === 0) return undefined;
  const sign = signOf(metric);
  const { wins, losses } = countsOf(pairs, sign);
  if (wins + losses < fewestDiffering) return undefined;
  const all = differencesOf(pairs);
  const level = 1 - confidence;
  if (sign * total(all.sums) >= 0 || !(yield* signFlipShows(all.sums, { level, seed }))) {
    return undefined;
  }
  const sums = { all, seeds: [] };
  const interval = yield* differenceInterval(sums, { metric, level, seed, rejects: true });
  if (interval === null) return undefined;
  return {
    ...{ difference: differenceOf(all, metric), interval, n: all.sums.length },
    ...(scaleOf(metric).isRatio ? { ratio: true } : {}),
  };
}

/** Of an improvement. */
const signOf = ({ direction }: Metric): number => (direction === 'higher' ? 1 : -1);

function bestOf(arms: readonly Arm[], sign: number): number | undefined {
  let best: { readonly at: number; readonly mean: number } | undefined;
  for (const [at, { values }] of arms.entries()) {
    if (values.size === 0) continue;
    const mean = sign * meanOfItems(values.values());
    if (best === undefined || mean > best.mean) best = { at, mean };
  }
  return best?.at;
}

function meanOfItems(items: Iterable<ItemValue>): number {
  let [sum, weights] = [0, 0];
  for (const { value, weight } of items) {
    sum += weight * value;
    weights += weight;
  }
  return sum / weights;
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
  return `The race dropped ${dropped} of ${variants} variants early: ${counted(made)} evaluations instead of ${counted(whole)}, ${saved} % saved. The risk that it dropped the best for these seeds is at most ${Number((100 * error).toPrecision(3))} %.`;
}
