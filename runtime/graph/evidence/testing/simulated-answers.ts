import type { MetricRow } from '../../metrics/metrics.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** Right (1) and wrong (0) answers of several variants to the same questions: `answers[variant][question]`. */
export type Answered = readonly (readonly number[])[];

/** Two variants with these rates of right answers, whose answers correlate by so much. */
export function answersOfTwo(
  random: SeededRandom,
  {
    questions,
    rates: [one, other],
    correlation,
  }: {
    readonly questions: number;
    readonly rates: readonly [number, number];
    readonly correlation: number;
  },
): Answered {
  const both = one * other + correlation * Math.sqrt(one * (1 - one) * other * (1 - other));
  const answered: [number[], number[]] = [[], []];
  for (let question = 0; question < questions; question += 1) {
    const draw = random.uniform();
    answered[0].push(draw < one ? 1 : 0);
    answered[1].push(draw < both || (draw >= one && draw < one + other - both) ? 1 : 0);
  }
  return answered;
}

/**
 * Any number of variants. Each question is hard or easy for all of them, and chance does the rest: normal variables
 * with one common part, cut where the rates say. `common` is the correlation of those; answers of rates about one half
 * then correlate by 2/π · asin(`common`): .5 for √½.
 */
export function answersOfMany(
  random: SeededRandom,
  {
    questions,
    rates,
    common,
  }: {
    readonly questions: number;
    readonly rates: readonly number[];
    readonly common: number;
  },
): Answered {
  const cuts = rates.map(cutOf);
  const answered = rates.map((): number[] => []);
  for (let question = 0; question < questions; question += 1) {
    const ease = Math.sqrt(common) * normal(random);
    for (const [variant, cut] of cuts.entries()) {
      const draw = ease + Math.sqrt(1 - common) * normal(random);
      answered[variant]?.push(draw < cut ? 1 : 0);
    }
  }
  return answered;
}

const knownCuts = new Map<number, number>();
/** Where a normal variable is cut for a rate; searched for once. */
function cutOf(rate: number): number {
  const cut = knownCuts.get(rate) ?? quantileBySearch(rate);
  knownCuts.set(rate, cut);
  return cut;
}

/** Answers as rows of the metric `accuracy`, of the questions from `q0` on. */
export function accuracyRows(answers: readonly number[]): MetricRow[] {
  return answers.map((accuracy, at) => ({
    ...{ series: 'answers', item: `q${at}`, values: { accuracy } },
  }));
}

/** A standard normal number (Box & Muller). */
export function normal(random: SeededRandom): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}

/** Of the standard normal distribution, by the integral itself: it shares nothing with what it tests. */
export function quantileBySearch(share: number): number {
  let [low, high] = [-8, 8];
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (shareBelow(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Simpson's rule from 0. */
export function shareBelow(value: number): number {
  const steps = 400;
  const step = value / steps;
  let sum = 0;
  for (let at = 0; at <= steps; at += 1) {
    const factor = at === 0 || at === steps ? 1 : at % 2 === 1 ? 4 : 2;
    sum += factor * Math.exp(-((at * step) ** 2) / 2);
  }
  return 0.5 + (sum * step) / 3 / Math.sqrt(2 * Math.PI);
}
