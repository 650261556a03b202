import {
  evidenceTable,
  knownMetric,
  type EvidenceTable,
  type ExperimentPlan,
  type Metric,
  type VariantEvidence,
} from '@graft/graph';
import { metricLabels, type VariantResult } from './variant-result.ts';

/** The table of what the variants of an experiment have given so far. */
export function experimentTable(
  plan: ExperimentPlan,
  results: readonly VariantResult[],
): EvidenceTable {
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
      (own.length < plan.seeds.length ? 'It did not run to its end.' : undefined);
    const sum = (of: (result: VariantResult) => number): number =>
      own.reduce((total, result) => total + of(result), 0);
    return {
      name: variant.name,
      settings: variant.settings,
      repeats: own.map(({ rows }) => rows).filter((rows) => rows.length > 0),
      cost: {
        ms: Math.round(sum(({ ms }) => ms)),
        steps: sum(({ steps }) => steps.total),
        reused: sum(({ steps }) => steps.reused),
      },
      ...(problem === undefined ? {} : { problem }),
    };
  });
  return evidenceTable(variants, { baseline: plan.baseline, metrics });
}
