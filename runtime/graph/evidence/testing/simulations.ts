import type { PlannedComparison } from '../power.ts';
import { knownMetric, type Metric } from '../../metrics/metric.ts';
import { evidenceTable } from '../make-table.ts';
import type { MetricRow } from '../../metrics/metrics.ts';
import type { Interval } from '../../metrics/evidence-table.ts';
import { raceLook, raceLooks } from '../race.ts';
import { SeededRandom } from '../seeded-random.ts';
import { accuracyRows, answersOfMany, answersOfTwo } from './simulated-answers.ts';

/** A metric of shares, as right and wrong answers are. */
export const accuracy: Metric = knownMetric('accuracy') ?? {
  ...{ name: 'accuracy', direction: 'higher', aggregation: 'mean' },
};
/** The √½ that makes answers about one half correlate by .5. */
export const halfCorrelated = Math.SQRT1_2;

/** Numbers of two variants, and the difference or ratio that is true of them. */
export interface Design {
  readonly name: string;
  readonly metric: Metric;
  /** What the mean of the first is, and its difference from or ratio to the second. */
  readonly truth: { readonly mean: number; readonly difference: number };
  /** Rows of so many groups, of each variant one list for each seed. */
  draw(random: SeededRandom, groups: number): readonly (readonly (readonly MetricRow[])[])[];
}

/** Of simulated tables of two variants: how many intervals hold the true mean and the true difference. */
export function coverageOf(
  { metric, truth, draw }: Design,
  groups: number,
  { simulations, seed }: Simulated,
): { readonly mean: number; readonly difference: number; readonly tooFew: number } {
  const random = new SeededRandom(seed);
  let [means, differences, tooFew] = [0, 0, 0];
  const holds = (interval: Interval | null | undefined, value: number): boolean =>
    interval !== null && interval !== undefined && interval[0] <= value && value <= interval[1];
  for (let round = 0; round < simulations; round += 1) {
    const table = evidenceTable(
      draw(random, groups).map((repeats, at) => ({ name: String(at), settings: {}, repeats })),
      { baseline: '1', metrics: [metric], seed: round },
    );
    const cell = table.rows[0]?.cells[0];
    if (holds(cell?.interval, truth.mean)) means += 1;
    if (holds(cell?.difference?.interval, truth.difference)) differences += 1;
    if (cell?.difference?.verdict === 'too few') tooFew += 1;
  }
  const share = (count: number): number => count / simulations;
  return { mean: share(means), difference: share(differences), tooFew: share(tooFew) };
}

interface Simulated {
  readonly simulations: number;
  readonly seed: number;
}

/** The share of tables of equally good variants that call any of them better or worse. */
export function familyWiseError(
  { variants, questions, rate }: { variants: number; questions: number; rate: number },
  { simulations, seed }: Simulated,
): number {
  const random = new SeededRandom(seed);
  const rates = Array.from({ length: variants }, () => rate);
  let wrong = 0;
  for (let round = 0; round < simulations; round += 1) {
    const answered = answersOfMany(random, { questions, rates, common: halfCorrelated });
    const { rows } = evidenceTable(
      answered.map((answers, at) => ({
        ...{ name: String(at), settings: {}, repeats: [accuracyRows(answers)] },
      })),
      { baseline: '0', metrics: [accuracy] },
    );
    const verdicts = rows.map(({ cells }) => cells[0]?.difference?.verdict);
    if (verdicts.some((verdict) => verdict === 'better' || verdict === 'worse')) wrong += 1;
  }
  return wrong / simulations;
}

/** The share of tables that call the second of some variants better, whose rate is by `gain` greater; the others are alike. */
export function simulatedPower(
  gain: number,
  { questions, comparisons, rate = 0.5, correlation = 0.5 }: PlannedComparison,
  { simulations, seed }: Simulated,
): number {
  const random = new SeededRandom(seed);
  let shown = 0;
  for (let round = 0; round < simulations; round += 1) {
    const answered = answersOfTwo(random, {
      ...{ questions, correlation },
      rates: [rate, Math.min(1, rate + gain)],
    });
    const others = Array.from({ length: comparisons - 1 }, () =>
      answersOfTwo(random, { questions, correlation, rates: [rate, rate] }),
    );
    const [base = [], better = []] = answered;
    const { rows } = evidenceTable(
      [base, better, ...others.map(([one = []]) => one)].map((answers, at) => ({
        ...{ name: String(at), settings: {}, repeats: [accuracyRows(answers)] },
      })),
      { baseline: '0', metrics: [accuracy] },
    );
    if (rows[1]?.cells[0]?.difference?.verdict === 'better') shown += 1;
  }
  return shown / simulations;
}

export interface RaceSetting {
  readonly rates: readonly number[];
  readonly questions: number;
  readonly looks: number;
  /** Of the normal variables below the answers: `halfCorrelated`, or 0. */
  readonly common: number;
}

/** Races of variants, the last of which is the baseline: how often the one of the best rate stays, and what is saved. */
export function races(
  { rates, questions, looks, common }: RaceSetting,
  { simulations, seed }: Simulated,
): { readonly bestKept: number; readonly saved: number } {
  const random = new SeededRandom(seed);
  const ids = Array.from({ length: questions }, (_, at) => `q${at}`);
  const parts = raceLooks(ids, { looks });
  const names = rates.map((_, at) => String(at));
  const best = String(rates.indexOf(Math.max(...rates)));
  const rules = {
    ...{ metric: accuracy, baseline: names.at(-1) ?? '', variants: names.length, looks },
    error: 0.05,
  };
  let [kept, evaluations] = [0, 0];
  for (let round = 0; round < simulations; round += 1) {
    const answered = answersOfMany(random, { questions, rates, common });
    const rows = answered.map((answers) => accuracyRows(answers));
    let racing = names;
    for (const [look, part] of parts.entries()) {
      evaluations += racing.length * (part.length - (parts[look - 1]?.length ?? 0));
      if (look === looks - 1) break;
      const given = new Set(part);
      const racers = racing.map((name) => ({
        name,
        repeats: [(rows[Number(name)] ?? []).filter(({ item }) => given.has(item ?? ''))],
      }));
      const dropped = new Set(raceLook(racers, rules).map(({ variant }) => variant));
      racing = racing.filter((name) => !dropped.has(name));
    }
    if (racing.includes(best)) kept += 1;
  }
  return {
    bestKept: kept / simulations,
    saved: 1 - evaluations / (simulations * names.length * questions),
  };
}
