import { readRows } from '@graft/engine';
import {
  GraphError,
  type ExperimentProblem,
  Metrics,
  metricRowSchema,
  type ArtifactStore,
  type MetricName,
  type MetricRow,
  type RunStatus,
  type RunStore,
  type StepSummary,
} from '@graft/graph';

/** What one run of a variant gave. */
export interface VariantResult {
  readonly variant: string;
  readonly seed: number | undefined;
  readonly status: RunStatus;
  /** Of its metrics' outputs, under the names of `metricLabels`. */
  readonly rows: readonly MetricRow[];
  /** Milliseconds of the steps that it computed itself. */
  readonly ms: number;
  readonly steps: { readonly total: number; readonly computed: number; readonly reused: number };
  readonly error?: ExperimentProblem;
}

/** The name of each metric in a table: the metric's own, with its output where two outputs have one of that name. */
export function metricLabels(metrics: readonly MetricName[]): string[] {
  return metrics.map(({ node, port, metric }) => {
    const others = metrics.filter((other) => other.metric === metric);
    return others.length === 1 ? metric : `${metric} of ${node}.${port}`;
  });
}

/** Reads the metrics of a run that has ended. What is not there any more is no result. */
export async function readMetrics(
  stores: { readonly runs: RunStore; readonly artifacts: ArtifactStore },
  runId: string,
  metrics: readonly MetricName[],
): Promise<readonly MetricRow[]> {
  const steps = new Map((await stores.runs.steps(runId)).map((step) => [step.node, step]));
  const labels = metricLabels(metrics);
  const outputs = new Map<string, { name: MetricName; label: string }[]>();
  for (const [at, name] of metrics.entries()) {
    const output = `${name.node}.${name.port}`;
    const wanted = { name, label: labels[at] ?? name.metric };
    outputs.set(output, [...(outputs.get(output) ?? []), wanted]);
  }
  const rows: MetricRow[] = [];
  for (const wanted of outputs.values()) {
    const [first] = wanted;
    const ref = first && steps.get(first.name.node)?.outputs[first.name.port];
    if (ref === undefined) continue;
    if (!(await stores.artifacts.has(ref.digest))) continue;
    for await (const read of readRows(stores.artifacts, ref, Metrics)) {
      const row = metricRowSchema.parse(read);
      const values = wanted.flatMap(({ name, label }) => {
        const value = row.values[name.metric];
        return value === undefined ? [] : [[label, value] as const];
      });
      if (values.length > 0) rows.push({ ...row, values: Object.fromEntries(values) });
    }
  }
  return rows;
}

/** How many steps a run computed, and how many it found done. */
export function countSteps(steps: readonly Pick<StepSummary, 'status' | 'ms'>[]) {
  const computed = steps.filter(({ status }) => status === 'succeeded');
  return {
    steps: {
      total: steps.length,
      computed: computed.length,
      reused: steps.filter(({ status }) => status === 'cached').length,
    },
    ms: computed.reduce((sum, { ms }) => sum + ms, 0),
  };
}

/** A run that could not even start. */
export function notStarted(
  which: Pick<VariantResult, 'variant' | 'seed'>,
  thrown: unknown,
): VariantResult {
  const error = GraphError.from(thrown).toProblem();
  const steps = { total: 0, computed: 0, reused: 0 };
  return { ...which, status: 'failed', rows: [], ms: 0, steps, error };
}
