import { setImmediate } from 'node:timers/promises';
import {
  evidenceTableByTurns,
  knownMetric,
  type EvidenceTable,
  type Metric,
  type MetricName,
  type VariantEvidence,
} from '@graft/graph';
import { metricLabels, type VariantResult } from './variant-result.ts';

/** What a table is made of beside the results; an `ExperimentPlan` is such. */
export interface TablePlan {
  readonly baseline: string;
  readonly metrics: readonly MetricName[];
  readonly seeds: { readonly length: number };
  readonly variants: readonly {
    readonly name: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly problems: readonly { readonly message: string }[];
  }[];
}

/** The table of what the variants of an experiment have given so far. */
export async function experimentTable(
  plan: TablePlan,
  results: readonly VariantResult[],
): Promise<EvidenceTable> {
  const labels = metricLabels(plan.metrics);
  const metrics = plan.metrics.map(({ metric }, at): Metric => {
    const known = knownMetric(metric) ?? { direction: 'higher', aggregation: 'mean' };
    return { ...known, name: labels[at] ?? metric };
  });
  const variants = plan.variants.map((variant): VariantEvidence => {
    const own = results.filter((result) => result.variant === variant.name);
    const problem =
      variant.problems[0]?.message ??
      own.find(({ error }) => error !== undefined)?.error?.message ??
      (own.length < plan.seeds.length ? 'It has not run to its end.' : undefined);
    const sum = (of: (result: VariantResult) => number): number =>
      own.reduce((total, result) => total + of(result), 0);
    return {
      name: variant.name,
      settings: variant.settings,
      // One that failed is a repeat without its items; one that was stopped is none.
      repeats: own.flatMap(({ rows, status }) =>
        rows.length > 0 || status === 'failed' ? [rows] : [],
      ),
      cost: {
        ms: Math.round(sum(({ ms }) => ms)),
        steps: sum(({ steps }) => steps.total),
        reused: sum(({ steps }) => steps.reused),
      },
      ...(problem === undefined ? {} : { problem }),
    };
  });
  return evidenceTableByTurns(variants, { baseline: plan.baseline, metrics }, () => setImmediate());
}
