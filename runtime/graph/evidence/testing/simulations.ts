import type { PlannedComparison } from '../power.ts';
import { knownMetric, type Metric } from '../../metrics/metric.ts';
import { evidenceTable } from '../make-table.ts';
import { estimatedDifference } from '../mean-interval.ts';
import { raceLook, raceLooks } from '../race.ts';
import { SeededRandom } from '../seeded-random.ts';
import { accuracyRows, answersOfMany, answersOfTwo } from './simulated-answers.ts';

/** A metric of shares, as right and wrong answers are. */
export const accuracy: Metric = knownMetric('accuracy') ?? {
  ...{ name: 'accuracy', direction: 'higher', aggregation: 'mean' },
};
/** The √½ that makes answers about one half correlate by .5. */
export const halfCorrelated = Math.SQRT1_2;

export interface PairSetting {
  readonly questions: number;
  readonly rates: readonly [number, number];
  readonly correlation: number;
}

/** An interval of so many wins and losses among `n` pairs. */
type PairInterval = (wins: number, losses: number, n: number) => readonly [number, number];

const ours: PairInterval = (wins, losses, n) => {
  const weights = new Float64Array(n).fill(1);
  const { interval } = estimatedDifference(
    { sums: new Float64Array(n).fill(1, 0, wins), weights },
    { sums: new Float64Array(n).fill(1, wins, wins + losses), weights },
    { metric: accuracy, confidence: 0.95, seed: 0 },
  );
  return interval ?? [Number.NaN, Number.NaN];
};

/** The probability that the interval holds the true difference, summed over all outcomes: no chance in it. */
export function exactCoverage(
  { questions: n, rates: [one, other], correlation }: PairSetting,
  interval: PairInterval = ours,
): number {
  const both = one * other + correlation * Math.sqrt(one * (1 - one) * other * (1 - other));
  const logs = [one - both, other - both, 1 - one - other + 2 * both].map(Math.log);
  const logFactorials = [0];
  for (let k = 1; k <= n; k += 1) logFactorials.push((logFactorials[k - 1] ?? 0) + Math.log(k));
  let covered = 0;
  for (let wins = 0; wins <= n; wins += 1) {
    for (let losses = 0; losses <= n - wins; losses += 1) {
      const counts = [wins, losses, n - wins - losses];
      const log = counts.reduce(
        (sum, count, at) => sum + count * (logs[at] ?? 0) - (logFactorials[count] ?? 0),
        logFactorials[n] ?? 0,
      );
      if (log < -25) continue;
      const [low, high] = interval(wins, losses, n);
      if (low <= one - other && one - other <= high) covered += Math.exp(log);
    }
  }
  return covered;
}

/** Of simulated tables of two variants: how many intervals hold the true difference, and what was said. */
export function coverageByTables(
  { rates, correlation, questions }: PairSetting,
  { simulations, seed }: Simulated,
): { readonly covered: number; readonly tooFew: number; readonly fewDiffering: number } {
  const random = new SeededRandom(seed);
  let [covered, tooFew, fewDiffering] = [0, 0, 0];
  for (let round = 0; round < simulations; round += 1) {
    const answered = answersOfTwo(random, { questions, rates, correlation });
    const table = evidenceTable(
      ['a', 'b'].map((name, at) => ({
        ...{ name, settings: {}, repeats: [accuracyRows(answered[at] ?? [])] },
      })),
      { baseline: 'b', metrics: [accuracy] },
    );
    const difference = table.rows[0]?.cells[0]?.difference;
    const [low, high] = difference?.interval ?? [Number.NaN, Number.NaN];
    if (low <= rates[0] - rates[1] && rates[0] - rates[1] <= high) covered += 1;
    if (difference?.verdict === 'too few') tooFew += 1;
    if ((difference?.wins ?? 0) + (difference?.losses ?? 0) < 10) fewDiffering += 1;
  }
  const share = (count: number): number => count / simulations;
  return { covered: share(covered), tooFew: share(tooFew), fewDiffering: share(fewDiffering) };
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
