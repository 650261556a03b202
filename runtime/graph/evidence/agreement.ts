import type { Interval } from '../metrics/evidence-table.ts';
import { knownMetric, type Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import { boundedMeanInterval } from './bounded-intervals.ts';
import { normalQuantile } from './distributions.ts';
import { itemValues } from './item-values.ts';

/** A metric's verdicts on items: right or not. */
export interface Verdicts {
  /** Name of the metric. */
  readonly name: string;
  readonly byItem: ReadonlyMap<string, boolean>;
}

/** Which metrics give verdicts, and from which value on. */
export interface VerdictRule {
  /** Empty: those with more as better and only the values 0 and 1. */
  readonly metrics: readonly string[];
  /** From this value on the verdict is right; if less is better, below it. */
  readonly threshold: number;
}

/** Says how far a judge agrees with itself, not whether an answer is right. */
const ofTheJudge = 'agreement';

/** The verdicts of some metric rows on their items, in order of first appearance. */
export function verdictsOf(
  rows: readonly MetricRow[],
  { metrics, threshold }: VerdictRule,
): Verdicts[] {
  const names = new Set(
    rows.flatMap((row) =>
      row.item === undefined || row.step !== undefined ? [] : Object.keys(row.values),
    ),
  );
  return [...names].flatMap((name): Verdicts[] => {
    if (metrics.length > 0 && !metrics.includes(name)) return [];
    const metric: Metric = knownMetric(name) ?? {
      ...{ name, direction: 'higher', aggregation: 'mean' },
    };
    const isHigher = metric.direction === 'higher';
    const values = [...itemValues(rows, metric)].map(([item, { value }]) => [item, value] as const);
    const isYesOrNo =
      isHigher && name !== ofTheJudge && values.every(([, value]) => value === 0 || value === 1);
    if (metrics.length === 0 && !isYesOrNo) return [];
    return [
      {
        name,
        byItem: new Map(values.map(([item, value]) => [item, value >= threshold === isHigher])),
      },
    ];
  });
}

/** How far a metric agrees with a person on answers. Intervals at 95 %. */
export interface Agreement {
  readonly bothRight: number;
  readonly bothWrong: number;
  /** The metric calls these wrong. */
  readonly onlyPerson: number;
  /** The person calls these wrong. */
  readonly onlyMetric: number;
  /** Share of the answers on which both agree. */
  readonly share: number;
  /** Wilson's interval. */
  readonly interval: Interval;
  /** Cohen's kappa; undefined if both give only one and the same verdict. */
  readonly kappa: number | undefined;
  /** By the large-sample variance of Fleiss, Cohen & Everitt 1969; undefined if that is 0, as for a kappa of 1. */
  readonly kappaInterval: Interval | undefined;
}

/** Number of answers with both verdicts, at least one. */
export function agreementOf(
  pairs: readonly { readonly person: boolean; readonly metric: boolean }[],
): Agreement {
  const count = (person: boolean, metric: boolean): number =>
    pairs.filter((pair) => pair.person === person && pair.metric === metric).length;
  const [bothRight, bothWrong] = [count(true, true), count(false, false)];
  const [onlyPerson, onlyMetric] = [count(true, false), count(false, true)];
  const agreed = Float64Array.from(pairs, ({ person, metric }) => Number(person === metric));
  return {
    ...{ bothRight, bothWrong, onlyPerson, onlyMetric },
    share: (bothRight + bothWrong) / pairs.length,
    interval: boundedMeanInterval(agreed, [0, 1], { level: 1 - confidence }),
    ...kappaOf([
      [bothRight, onlyPerson],
      [onlyMetric, bothWrong],
    ]),
  };
}

const confidence = 0.95;

type Counts = readonly [readonly [number, number], readonly [number, number]];

function kappaOf([[a, b], [c, d]]: Counts): Pick<Agreement, 'kappa' | 'kappaInterval'> {
  const n = a + b + c + d;
  /** Shares of right: by the person, by the metric. */
  const [person, metric] = [(a + b) / n, (a + c) / n];
  const observed = (a + d) / n;
  const chance = person * metric + (1 - person) * (1 - metric);
  if (chance === 1) return { kappa: undefined, kappaInterval: undefined };
  const kappa = (observed - chance) / (1 - chance);
  const off = 1 - kappa;
  const agreeing =
    (a / n) * (1 - (person + metric) * off) ** 2 + (d / n) * (1 - (2 - person - metric) * off) ** 2;
  const differing =
    off ** 2 * ((b / n) * (metric + 1 - person) ** 2 + (c / n) * (person + 1 - metric) ** 2);
  const variance = (agreeing + differing - (kappa - chance * off) ** 2) / (n * (1 - chance) ** 2);
  if (variance <= 1e-12) return { kappa, kappaInterval: undefined };
  const half = normalQuantile(0.5 + confidence / 2) * Math.sqrt(variance);
  return { kappa, kappaInterval: [Math.max(-1, kappa - half), Math.min(1, kappa + half)] };
}
