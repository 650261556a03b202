import type { Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';

/** What one item has under one metric, its repeats averaged. */
export interface ItemValue {
  /** On the scale on which the metric is averaged: the logarithm where its mean is geometric. */
  readonly value: number;
  readonly weight: number;
  /** Id of the question that the item is of, or of the item. */
  readonly question: string;
}
export type ItemValues = ReadonlyMap<string, ItemValue>;

/** The scale on which a metric is averaged, and back. */
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
 * Values by item. Rows without an item, and those of curves, do not count; neither do values that are no finite number
 * on the metric's scale: those items have failed. An item of several rows, as of several seeds, has their weighted
 * mean and the mean of their weights.
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
