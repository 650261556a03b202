import { own as ownOf } from '../base/record.ts';
import type { Metric } from '../metrics/metric.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import { type ItemValues, itemValues } from './item-values.ts';
import type { Turns } from './turns.ts';

/** A variant's items under one metric, and those that it should have. */
export interface Arm {
  readonly values: ItemValues;
  /** The same of each repeat, in their places; empty for one repeat. One that gave nothing has no values. */
  readonly seeds: readonly ItemValues[];
  /** Items that it should have and lacks. */
  readonly missing: ReadonlySet<string>;
  /** It stopped before it had all items, so its numbers cover fewer. */
  readonly stopped: boolean;
}

/** Input of `armsOf` from a variant. */
export interface ArmRows {
  /** In the same places for all variants; undefined for one that was stopped. */
  readonly repeats: readonly (readonly MetricRow[] | undefined)[];
  /** By metric. */
  readonly failed?: Readonly<Record<string, readonly string[]>>;
  /** Ids of the items that it received; absent: all. */
  readonly given?: readonly string[];
}

/**
 * The variants under a metric. An item that any of them has, or that failed in it, is expected of every one that
 * received it. An item that failed in one of several repeats has the mean of the others, and still counts as missing.
 */
export function* armsOf(variants: readonly ArmRows[], metric: Metric): Turns<readonly Arm[]> {
  const values: ItemValues[] = [];
  const all = new Set<string>();
  for (const { repeats } of variants) {
    const own = itemValues(
      repeats.flatMap((rows) => rows ?? []),
      metric,
    );
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
    const seeds: ItemValues[] = [];
    if (repeats.length > 1) {
      for (const repeat of repeats) {
        const had = itemValues(repeat ?? [], metric);
        seeds.push(had);
        if (repeat === undefined) continue;
        for (const item of should) if (!had.has(item)) missing.add(item);
        yield;
      }
    }
    arms.push({ values: own, seeds, missing, stopped: should.size < all.size });
    yield;
  }
  return arms;
}

/** In how many repeats an arm has values. */
export const seedsIn = ({ seeds }: Arm): number => seeds.filter(({ size }) => size > 0).length;

/** The repeats in which both have items in common, as pairs. */
export function sharedSeeds(one: Arm, other: Arm): (readonly [ItemValues, ItemValues])[] {
  return one.seeds.flatMap((own, at) => {
    const base = other.seeds[at];
    const isShared = base !== undefined && [...own.keys()].some((item) => base.has(item));
    return isShared ? [[own, base] as const] : [];
  });
}

/** Items expected of some arm that none has: those that failed in all that received them. */
export function missingInAll(arms: readonly Arm[]): number {
  const missing = new Set(arms.flatMap((arm) => [...arm.missing]));
  return [...missing].filter((item) => !arms.some(({ values }) => values.has(item))).length;
}
