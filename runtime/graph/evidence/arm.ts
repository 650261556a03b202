import { own as ownOf } from '../base/record.ts';
import type { Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import { type ItemValues, itemValues } from './item-values.ts';
import type { Turns } from './turns.ts';

/** What a variant has under one metric, and what it should have. */
export interface Arm {
  readonly values: ItemValues;
  /** Items that it should have and has not. */
  readonly missing: ReadonlySet<string>;
  /** It was stopped before it had seen all items, so that its numbers are of fewer. */
  readonly stopped: boolean;
}

/** What `armsOf` reads of a variant. */
export interface ArmRows {
  readonly repeats: readonly (readonly MetricRow[])[];
  /** By metric. */
  readonly failed?: Readonly<Record<string, readonly string[]>>;
  /** Ids of the items that it was given; absent: all. */
  readonly given?: readonly string[];
}

/**
 * The variants under a metric. An item that any of them has, or that failed in it, every one should have that was given
 * it; an item that failed in one of several repeats has the mean of the others, and is missing all the same.
 */
export function* armsOf(variants: readonly ArmRows[], metric: Metric): Turns<readonly Arm[]> {
  const values: ItemValues[] = [];
  const all = new Set<string>();
  for (const { repeats } of variants) {
    const own = itemValues(repeats.flat(), metric);
    values.push(own);
    for (const item of own.keys()) all.add(item);
    yield;
  }
  const arms: Arm[] = [];
  for (const [at, { repeats, failed = {}, given }] of variants.entries()) {
    const own: ItemValues = values[at] ?? new Map();
    const should = given === undefined ? all : new Set(given.filter((item) => all.has(item)));
    const missing = new Set(ownOf(failed, metric.name)?.filter((item) => !own.has(item)));
    for (const item of should) if (!own.has(item)) missing.add(item);
    if (repeats.length > 1) {
      for (const repeat of repeats) {
        const had = itemValues(repeat, metric);
        for (const item of should) if (!had.has(item)) missing.add(item);
        yield;
      }
    }
    arms.push({ values: own, missing, stopped: should.size < all.size });
    yield;
  }
  return arms;
}

/** Items that some arm should have and none has: those that failed in all that were given them. */
export function missingInAll(arms: readonly Arm[]): number {
  const missing = new Set(arms.flatMap((arm) => [...arm.missing]));
  return [...missing].filter((item) => !arms.some(({ values }) => values.has(item))).length;
}
