import { fairTails } from './distributions.ts';
import { fewestDiffering } from './compare-arms.ts';

/** A comparison that has not been made yet, of right and wrong answers. */
export interface PlannedComparison {
  /** Questions, or groups of them, that the variant and the baseline both answer. */
  readonly questions: number;
  /** Comparisons of the table, that is variants times metrics: Holm's correction is for all of them. */
  readonly comparisons: number;
  /** Share of right answers of the baseline. Default .5, where the most questions are needed. */
  readonly rate?: number;
  /** Correlation of the answers of the two to one question. Default .5. */
  readonly correlation?: number;
}

/** The error of a table, and the share of experiments that shall show a difference that is there. */
const error = 0.05;
const wanted = 0.8;
const mostQuestions = 5_000;

/**
 * The probability that a variant is called better than the baseline, whose share of right answers is by `gain` greater:
 * that at least ten questions differ and the exact paired test meets its level in Holm's first step (Connor 1987, for
 * McNemar's test). Where other variants differ too, it is a little more. 0 to 1.
 */
export function powerOf(gain: number, planned: PlannedComparison): number {
  const { questions, comparisons } = planned;
  const { wins, losses } = sharesOf(gain, planned);
  const differ = wins + losses;
  if (differ <= 0) return 0;
  let power = 0;
  let least: number | undefined;
  const [few, many] = likely(questions, differ);
  for (let differing = Math.max(few, fewestDiffering); differing <= many; differing += 1) {
    least = leastWins(differing, error / comparisons, least);
    if (least === undefined) continue;
    const [, most] = likely(differing, wins / differ);
    let better = 0;
    for (let won = least; won <= most; won += 1) better += binomial(won, differing, wins / differ);
    power += better * binomial(differing, questions, differ);
  }
  return Math.min(1, power);
}

/** The smallest gain that four of five such experiments show, in steps of .01; undefined if they show none. */
export function smallestGain(planned: PlannedComparison): number | undefined {
  const { rate = 0.5 } = planned;
  const most = Math.floor((1 - rate) * 100 + 1e-9);
  const hundredths = leastOf(most, (gain) => powerOf(gain / 100, planned) >= wanted);
  return hundredths === undefined ? undefined : hundredths / 100;
}

/** How many questions it takes for four of five such experiments to show a gain; undefined for more than 5,000. */
export function questionsNeeded(
  gain: number,
  planned: Omit<PlannedComparison, 'questions'>,
): number | undefined {
  return leastOf(
    mostQuestions,
    (questions) => powerOf(gain, { ...planned, questions }) >= wanted,
    fewestDiffering,
  );
}

/** Shares of the questions that only the variant and only the baseline answers right. */
function sharesOf(
  gain: number,
  { rate = 0.5, correlation = 0.5 }: PlannedComparison,
): { readonly wins: number; readonly losses: number } {
  const own = Math.min(1, rate + gain);
  const apart = correlation * Math.sqrt(rate * (1 - rate) * own * (1 - own));
  const both = Math.min(rate, own, rate * own + apart);
  return { wins: own - both, losses: rate - both };
}

/**
 * The fewest wins of so many differing questions whose two-sided p is at most `level`; undefined if none suffice. `before`
 * is that of one question less, and never more.
 */
function leastWins(differing: number, level: number, before?: number): number | undefined {
  const isEnough = (wins: number): boolean => fairTails(wins, differing) <= level;
  return leastOf(differing, isEnough, before ?? Math.ceil(differing / 2));
}

/** The least whole number from `from` (default 1) to `most` that `holds` from it on, by bisection. */
function leastOf(most: number, holds: (value: number) => boolean, from = 1): number | undefined {
  let [low, high] = [from, from];
  while (!holds(high)) {
    if (high >= most) return undefined;
    low = high + 1;
    high = Math.min(most, high * 2);
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Between which numbers of successes in `n` tries nearly all of the probability lies: within 7 standard deviations. */
function likely(n: number, share: number): readonly [number, number] {
  const far = 7 * Math.sqrt(n * share * (1 - share)) + 7;
  return [Math.max(0, Math.floor(n * share - far)), Math.min(n, Math.ceil(n * share + far))];
}

/** Probability of `k` successes in `n` tries. */
function binomial(k: number, n: number, share: number): number {
  if (share <= 0) return k === 0 ? 1 : 0;
  if (share >= 1) return k === n ? 1 : 0;
  const ways = logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  return Math.exp(ways + k * Math.log(share) + (n - k) * Math.log(1 - share));
}

const logFactorials = [0];
function logFactorial(n: number): number {
  for (let at = logFactorials.length; at <= n; at += 1) {
    logFactorials.push((logFactorials[at - 1] ?? 0) + Math.log(at));
  }
  return logFactorials[n] ?? 0;
}
