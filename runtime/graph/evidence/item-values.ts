import type { Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';

/** One item under one metric, averaged over its repeats. */
export interface ItemValue {
  /** On the metric's scale of averaging: the logarithm for geometric means. */
  readonly value: number;
  readonly weight: number;
  /** What its question is about; else the id of the question, or of the item. */
  readonly group: string;
}
export type ItemValues = ReadonlyMap<string, ItemValue>;

/** A metric's scale of averaging, and its inverse. */
export interface Scale {
  to(value: number): number;
  from(mean: number): number;
  /** Differences on this scale are ratios. */
  readonly isRatio: boolean;
}

const plain: Scale = { to: (value) => value, from: (mean) => mean, isRatio: false };
const logarithmic: Scale = { to: Math.log, from: Math.exp, isRatio: true };

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
  const sums = new Map<string, { sum: number; weight: number; rows: number; group: string }>();
  for (const row of rows) {
    const written = Object.hasOwn(row.values, metric.name) ? row.values[metric.name] : undefined;
    if (row.item === undefined || row.step !== undefined || written === undefined) continue;
    const value = scale.to(written);
    const weight = metric.aggregation === 'mean' ? 1 : (row.weight ?? 1);
    if (!Number.isFinite(value) || !(weight > 0)) continue;
    const known = sums.get(row.item);
    const total = known ?? {
      sum: 0,
      weight: 0,
      rows: 0,
      group: row.group ?? row.question ?? row.item,
    };
    total.sum += weight * value;
    total.weight += weight;
    total.rows += 1;
    if (known === undefined) sums.set(row.item, total);
  }
  const values = new Map<string, ItemValue>();
  for (const [item, { sum, weight, rows: count, group }] of sums) {
    values.set(item, { value: sum / weight, weight: weight / count, group });
  }
  return values;
}
