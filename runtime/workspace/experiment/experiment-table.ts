import { setImmediate } from 'node:timers/promises';
import {
  evidenceTableByTurns,
  recommendationByTurns,
  formatMetricName,
  knownMetric,
  raceAccount,
  savedVariant,
  tableNumber,
  times,
  type EvidenceTable,
  type Metric,
  type MetricName,
  type RacePlan,
  type VariantEvidence,
} from '@graft/graph';
import { itemsOf, type Dropped } from './race-runs.ts';
import { metricLabels, mostMemory, type VariantResult } from './variant-result.ts';

/** What a table is made of beside the results; an `ExperimentPlan` is such. */
export interface TablePlan {
  readonly baseline: string;
  readonly metrics: readonly MetricName[];
  readonly lower: readonly string[];
  readonly prefer?: readonly string[];
  readonly race?: RacePlan;
  /** Whether it still runs, so that what has not finished may yet. */
  readonly isRunning?: boolean;
  readonly seeds: { readonly length: number };
  readonly variants: readonly {
    readonly name: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly problems: readonly { readonly message: string }[];
  }[];
}

/** The metrics of an experiment as its table has them: known by name, or as the file says; else more is taken for better. */
export function tableMetrics({
  metrics,
  lower,
}: Pick<TablePlan, 'metrics' | 'lower'>): readonly Metric[] {
  const labels = metricLabels(metrics);
  return metrics.map((metric, at): Metric => {
    const name = labels[at] ?? metric.metric;
    const known = knownMetric(metric.metric);
    if (lower.includes(formatMetricName(metric))) {
      return { aggregation: 'mean', ...known, name, direction: 'lower' };
    }
    return known === undefined
      ? { name, direction: 'higher', aggregation: 'mean', assumed: true }
      : { ...known, name };
  });
}

/** The table of what the variants of an experiment have given so far. */
export async function experimentTable(
  plan: TablePlan,
  results: readonly VariantResult[],
  dropped: readonly Dropped[] = [],
): Promise<EvidenceTable> {
  const metrics = tableMetrics(plan);
  const newest = newestResults(results);
  const last = Math.max(...newest.map(({ look = 1 }) => look));
  const items = itemsByQuestion(newest);
  const isGrouped = newest.some(({ rows }) => rows.some(({ group }) => group !== undefined));
  const unit = isGrouped ? 'groups' : 'questions';
  const seeds = [...new Set(newest.map(({ seed }) => seed))].sort((a = 0, b = 0) => a - b);
  const variants = plan.variants.map((variant): VariantEvidence => {
    const isOwn = (result: VariantResult): boolean => result.variant === variant.name;
    const own = newest.filter(isOwn);
    const look = Math.max(...own.map((result) => result.look ?? 1));
    const drop = dropped.find((one) => one.variant === variant.name);
    const problem =
      told(variant.problems[0]) ??
      (drop === undefined ? undefined : dropProblem(drop, plan, unit)) ??
      told(own.find(({ error }) => error !== undefined)?.error) ??
      (own.length < plan.seeds.length || look < (plan.race?.looks ?? 1)
        ? { problem: plan.isRunning === true ? 'Not finished yet.' : 'It did not finish.' }
        : lackProblem(plan.metrics, own));
    return {
      name: variant.name,
      settings: variant.settings,
      // A run that failed is a repeat without its items; one that was stopped, or did not begin, is a gap.
      repeats: seeds.map((seed) => {
        const result = own.find((one) => one.seed === seed);
        const isRepeat =
          result !== undefined && (result.rows.length > 0 || result.status === 'failed');
        return isRepeat ? result.rows : undefined;
      }),
      failed: failedOf(own, metrics, items),
      ...(own.length === 0 || look === last ? {} : { given: givenAt(look, results) }),
      cost: costOf(own, results.filter(isOwn)),
      ...problem,
    };
  });
  const { baseline } = plan;
  const table = await evidenceTableByTurns(variants, { baseline, metrics }, () => setImmediate());
  const race = raceText({ plan, newest, dropped }, metrics[0]?.name ?? '', results);
  const recommendation =
    plan.prefer === undefined
      ? undefined
      : await recommendationByTurns(
          { table, variants, prefer: plan.prefer, dropped: dropped.map(({ variant }) => variant) },
          () => setImmediate(),
        );
  return {
    ...table,
    ...(race === undefined ? {} : { race }),
    ...(recommendation === undefined ? {} : { recommendation }),
  };
}

type Told = Pick<VariantEvidence, 'problem' | 'named'>;

const told = (problem: { readonly message: string } | undefined): Told | undefined =>
  problem && { problem: problem.message };

/** Of each run of a variant the newest look that was not cut off. */
function newestResults(results: readonly VariantResult[]): VariantResult[] {
  const newest = new Map<string, VariantResult>();
  for (const result of results) {
    const which = JSON.stringify([result.variant, result.seed]);
    const before = newest.get(which);
    const isCut = result.status === 'cancelled' && before !== undefined;
    if (!isCut && (before?.look ?? 0) <= (result.look ?? 1)) newest.set(which, result);
  }
  return [...newest.values()];
}

/** Ids of the items of a look, and so of those before. */
function givenAt(look: number, results: readonly VariantResult[]): readonly string[] {
  const those = results.filter((result) => (result.look ?? 1) <= look);
  return [...new Set(those.flatMap(({ rows }) => rows.flatMap(({ item }) => item ?? [])))];
}

/** The items of a question, where rows have several or call one otherwise. */
function itemsByQuestion(results: readonly VariantResult[]): ReadonlyMap<string, Set<string>> {
  const items = new Map<string, Set<string>>();
  for (const { item, question } of results.flatMap(({ rows }) => rows)) {
    if (item === undefined || question === undefined || item === question) continue;
    items.set(question, (items.get(question) ?? new Set()).add(item));
  }
  return items;
}

/** By metric, the items of what failed in any of some runs. */
function failedOf(
  results: readonly VariantResult[],
  metrics: readonly Metric[],
  items: ReadonlyMap<string, Set<string>>,
): Readonly<Record<string, readonly string[]>> {
  const failed = (name: string): string[] =>
    results.flatMap((result) =>
      (result.failed?.[name] ?? []).flatMap((question) => [...(items.get(question) ?? [question])]),
    );
  return Object.fromEntries(metrics.map(({ name }) => [name, [...new Set(failed(name))]]));
}

/** Time and steps of all its looks; what its newest ones hold. */
function costOf(newest: readonly VariantResult[], all: readonly VariantResult[]) {
  const sum = (of: (result: VariantResult) => number): number =>
    all.reduce((total, result) => total + of(result), 0);
  const tokens = newest.flatMap((result) => result.tokens ?? []);
  const { memory } = mostMemory(all);
  const dollars = all.flatMap((result) => result.dollars ?? []);
  return {
    ms: Math.round(sum(({ ms }) => ms)),
    steps: sum(({ steps }) => steps.total),
    reused: sum(({ steps }) => steps.reused),
    ...(memory === undefined ? {} : { bytes: memory }),
    ...(tokens.length === 0 ? {} : { tokens: tokens.reduce((total, count) => total + count) }),
    ...(dollars.length === 0 ? {} : { dollars: dollars.reduce((total, part) => total + part) }),
    ...(tokens.length > 1 ? { runs: tokens.length } : {}),
  };
}

/** Which metric a variant that has run gives no value of; undefined: it gives all. */
function lackProblem(
  metrics: readonly MetricName[],
  results: readonly VariantResult[],
): Told | undefined {
  const labels = metricLabels(metrics);
  const lacking = metrics.find((_metric, at) => {
    const label = labels[at] ?? '';
    return !results.some(({ rows }) => rows.some(({ values }) => Object.hasOwn(values, label)));
  });
  if (lacking === undefined) return undefined;
  const { node, port, metric } = lacking;
  const text = `"${node}.${port}"`;
  return { problem: `No row of ${text} has the metric "${metric}".`, named: [{ text, node }] };
}

function dropProblem(
  { look, behind, difference, ratio, interval, n }: Dropped,
  { race }: TablePlan,
  unit: string,
): Told {
  const write = ratio === true ? times : tableNumber;
  const [low, high] = interval.map(write);
  const text = `“${behind}”`;
  const problem = `Dropped at look ${String(look)} of ${String(race?.looks ?? look)}, after ${n.toLocaleString('en-US')} ${unit}: ${write(difference)} [${low ?? ''}, ${high ?? ''}] to ${text}, the best so far.`;
  return { problem, named: [{ text, variant: behind }] };
}

interface Raced {
  readonly plan: TablePlan;
  readonly newest: readonly VariantResult[];
  readonly dropped: readonly Dropped[];
}

function raceText(
  { plan, newest, dropped }: Raced,
  metric: string,
  results: readonly VariantResult[],
): string | undefined {
  if (plan.race === undefined || newest.length === 0) return undefined;
  const byLook = new Map<number, number>();
  for (const { look = 1 } of newest) {
    if (byLook.has(look)) continue;
    byLook.set(
      look,
      itemsOf(
        results.filter((one) => (one.look ?? 1) <= look),
        metric,
      ).size,
    );
  }
  const made = newest.reduce((sum, { look = 1 }) => sum + (byLook.get(look) ?? 0), 0);
  // The file as it was saved is none that could be dropped.
  const own = plan.variants.filter(
    ({ name, problems }) => problems.length === 0 && name !== savedVariant,
  );
  return raceAccount({
    ...{ dropped: dropped.length, variants: own.length, made, error: plan.race.error },
    whole: newest.length * itemsOf(results, metric).size,
  });
}
