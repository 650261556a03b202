import { metricWords, type MetricRow } from '@graft/graph';

/** One curve of a panel over the panel's steps; null where its series has no value. */
export interface Curve {
  /** `train`, `eval`, or the row's own name. */
  readonly series: string;
  readonly values: readonly (number | null)[];
}
/** One value over the optimizer steps, with a curve for each series that has it. */
export interface CurvePanel {
  /** The row's name for it: `loss`. */
  readonly name: string;
  readonly title: string;
  /** Ascending, without repetitions. */
  readonly steps: readonly number[];
  readonly curves: readonly Curve[];
}

const titles: ReadonlyMap<string, string> = new Map([
  ['loss', 'Loss'],
  // Share of tokens, or of questions that found their passage.
  ['accuracy', 'Accuracy'],
  ['rate', 'Learning rate'],
  ['norm', 'Gradient norm'],
]);
/** Shown as facts, because their course says little. */
const facts: ReadonlySet<string> = new Set([
  'tokens',
  'epoch',
  'tokensPerSecond',
  'eta',
  'memory',
  'seconds',
]);
const seriesOrder: readonly string[] = ['train', 'eval'];

function orderOf(known: readonly string[], name: string): number {
  const at = known.indexOf(name);
  return at === -1 ? known.length : at;
}

/**
 * The panels of rows with a step: known values first, in a fixed order. For a repeated step, as after a resume, the
 * later row counts.
 */
export function curvePanels(rows: readonly MetricRow[]): CurvePanel[] {
  const values = new Map<string, Map<string, Map<number, number>>>();
  for (const row of rows) {
    if (row.step === undefined) continue;
    for (const [name, value] of Object.entries(row.values)) {
      if (facts.has(name)) continue;
      const bySeries = values.get(name) ?? new Map<string, Map<number, number>>();
      values.set(name, bySeries);
      const byStep = bySeries.get(row.series) ?? new Map<number, number>();
      bySeries.set(row.series, byStep);
      byStep.set(row.step, value);
    }
  }
  const order = [...titles.keys()];
  return [...values]
    .sort(([a], [b]) => orderOf(order, a) - orderOf(order, b))
    .map(([name, bySeries]) => {
      const steps = [...new Set([...bySeries.values()].flatMap((values) => [...values.keys()]))];
      steps.sort((a, b) => a - b);
      const curves = [...bySeries]
        .sort(([a], [b]) => orderOf(seriesOrder, a) - orderOf(seriesOrder, b))
        .map(([series, byStep]) => ({
          series,
          values: steps.map((step) => finite(byStep.get(step))),
        }));
      return { name, title: titles.get(name) ?? metricWords(name), steps, curves };
    });
}

/** A loss that is no longer finite ends its curve. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** Number of points from which a curve is smoothed. */
const smoothedFrom = 40;

/**
 * The curve's exponential mean over about a twentieth of its points, from both sides to avoid lag; undefined for a
 * curve too short to need it.
 */
export function smoothed(values: readonly (number | null)[]): (number | null)[] | undefined {
  const count = values.reduce<number>((sum, value) => sum + (value === null ? 0 : 1), 0);
  if (count < smoothedFrom) return undefined;
  const keep = 1 - 2 / (Math.min(100, count / 20) + 1);
  const forward = runningMean(values, keep);
  const backward = runningMean(values.toReversed(), keep).reverse();
  return forward.map((value, at) => {
    const other = backward[at] ?? null;
    return value === null || other === null ? null : (value + other) / 2;
  });
}

/** Weighted, so that the first values are unbiased. */
function runningMean(values: readonly (number | null)[], keep: number): (number | null)[] {
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    mean = keep * mean + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return mean / weight;
  });
}

/** A curve as it is drawn. */
export interface DrawnCurve extends Curve {
  readonly kind: 'line' | 'faint' | 'points';
}

/** Evaluations are few, so they are points. A long noisy curve is smoothed over its own faint line. */
export function drawnCurves({ name, curves }: CurvePanel): DrawnCurve[] {
  return curves.flatMap(({ series, values }): DrawnCurve[] => {
    if (series === 'eval') return [{ kind: 'points', series, values }];
    const even = name === 'rate' ? undefined : smoothed(values);
    if (even === undefined) return [{ kind: 'line', series, values }];
    return [
      { kind: 'faint', series, values },
      { kind: 'line', series, values: even },
    ];
  });
}

/** Index of the newest value up to `at`, by default of all; -1 if there is none. */
export function lastValue(values: readonly (number | null)[], at = values.length - 1): number {
  let index = at;
  while (index >= 0 && values[index] === null) index -= 1;
  return index;
}
