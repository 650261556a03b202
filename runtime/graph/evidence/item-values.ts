import type { Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';

/** One item under one metric, averaged over its repeats. */
export interface ItemValue {
  /** On the metric's scale of averaging: the logarithm for geometric means. */
  readonly value: number;
  readonly weight: number;
  /** Id of the item's question, or of the item. */
  readonly question: string;
}
export type ItemValues = ReadonlyMap<string, ItemValue>;

/** A metric's scale of averaging, and its inverse. */
export interface Scale {
  to(value: number): number;
  from(mean: number): number;
  /** Derivative of `from`. */
  slope(mean: number): number;
}

const plain: Scale = { to: (value) => value, from: (mean) => mean, slope: () => 1 };
const logarithmic: Scale = { to: Math.log, from: Math.exp, slope: Math.exp };

export function scaleOf({ aggregation }: Metric): Scale {
  return aggregation === 'weighted-geometric-mean' ? logarithmic : plain;
}

/**
 * Values by item. Ignores rows without an item and rows of curves, and values that are not finite on the metric's
 * scale: those items have failed. An item with several rows, as from several seeds, has their weighted mean and the
 * mean of their weights.
 */
export function itemValues(rows: Iterable<MetricRow>, metric: Metric): ItemValues {
  const scale = scaleOf(metric);
  const sums = new Map<string, { sum: number; weight: number; rows: number; question: string }>();
  for (const row of rows) {
    const written = Object.hasOwn(row.values, metric.name) ? row.values[metric.name] : undefined;
    if (row.item === undefined || row.step !== undefined || written === undefined) continue;
    const value = scale.to(written);
    const weight = metric.aggregation === 'mean' ? 1 : (row.weight ?? 1);
    if (!Number.isFinite(value) || !(weight > 0)) continue;
    const known = sums.get(row.item);
    const total = known ?? { sum: 0, weight: 0, rows: 0, question: row.question ?? row.item };
    total.sum += weight * value;
    total.weight += weight;
    total.rows += 1;
    if (known === undefined) sums.set(row.item, total);
  }
  const values = new Map<string, ItemValue>();
  for (const [item, { sum, weight, rows: count, question }] of sums) {
    values.set(item, { value: sum / weight, weight: weight / count, question });
  }
  return values;
}
