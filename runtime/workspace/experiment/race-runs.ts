import { setImmediate } from 'node:timers/promises';
import {
  raceLookByTurns,
  type ExperimentPlan,
  type Metric,
  type RaceDrop,
  type RacePlan,
  type UnstampedExperimentEvent,
  type Variant,
} from '@graft/graph';
import type { VariantResult } from './variant-result.ts';

/** One look of a race: its number, from 1, and the share of the items; none at the last, which sees them all. */
export interface Look {
  readonly look: number;
  readonly share?: number;
}

/** A variant that left the race, and when. */
export interface Dropped extends RaceDrop {
  readonly look: number;
}

export interface RaceRuns {
  readonly plan: ExperimentPlan;
  readonly race: RacePlan;
  /** The one that decides, as the table has it. */
  readonly metric: Metric;
  /** Those that can run. */
  readonly variants: readonly Variant[];
  /** Runs variants on the part of a look, each once for each seed; undefined where it was stopped on the way. */
  run(variants: readonly Variant[], look: Look): Promise<readonly VariantResult[] | undefined>;
  emit(event: UnstampedExperimentEvent): void;
}

/**
 * Runs variants on growing parts of the items, and leaves behind who lies below the best. Whoever fails on a part is not
 * dropped for it: it is tried on all items at the end, for which a part may have been too small.
 */
export async function runRace(parts: RaceRuns): Promise<readonly Dropped[]> {
  const { plan, race, metric, variants, run, emit } = parts;
  const { baseline, seeds } = plan;
  const { looks, error } = race;
  const rules = { metric, baseline, variants: variants.length, looks, error };
  const failed = new Set<string>();
  const dropped: Dropped[] = [];
  let racing = variants;
  for (let look = 1; look < looks; look += 1) {
    const able = racing.filter(({ name }) => !failed.has(name));
    if (able.length < 2) break;
    const results = await run(able, { look, share: look / looks });
    if (results === undefined) return dropped;
    for (const { variant, status } of results) if (status !== 'succeeded') failed.add(variant);
    const racers = able.flatMap(({ name }) =>
      failed.has(name)
        ? []
        : { name, repeats: results.filter((one) => one.variant === name).map(({ rows }) => rows) },
    );
    const drops = await raceLookByTurns(racers, rules, () => setImmediate());
    dropped.push(...drops.map((drop) => ({ ...drop, look })));
    racing = racing.filter(({ name }) => !drops.some(({ variant }) => variant === name));
    const left = racing.filter(({ name }) => !failed.has(name)).length;
    emit({
      ...{ type: 'race.looked', look, items: itemsOf(results, metric.name).size },
      dropped: [...drops],
      runs: seeds.length * (racing.length + (looks - look - 1) * left),
    });
  }
  await run(racing, { look: looks });
  return dropped;
}

/** Ids of the items that have rows under a metric. */
export function itemsOf(results: readonly VariantResult[], metric: string): Set<string> {
  const items = new Set<string>();
  for (const { rows } of results) {
    for (const { item, values } of rows) {
      if (item !== undefined && Object.hasOwn(values, metric)) items.add(item);
    }
  }
  return items;
}
