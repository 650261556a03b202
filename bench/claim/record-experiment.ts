import {
  type ArtifactRef,
  Metrics,
  metricRowSchema,
  type EvidenceTable,
  type Graph,
  type MetricName,
  type MetricRow,
  type StepSummary,
} from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import type { RunItems } from './claim-file.ts';

export interface Recorded {
  /** As the run gave it. */
  readonly table: EvidenceTable;
  readonly items: readonly RunItems[];
  /** Of every run of a variant. */
  readonly steps: readonly (readonly StepSummary[])[];
}

const page = 1000;

/** Runs an experiment to its end. Throws where a variant failed, or an item did: a claim rests on all of them. */
export async function recordExperiment(
  workspace: Workspace,
  { graph, file }: { readonly graph: Graph; readonly file: string },
  name: string,
): Promise<Recorded> {
  const plan = await workspace.experiments.plan(graph, file, name);
  const handle = await workspace.experiments.start(graph, file, { name });
  const { table, status, error } = await handle.finished;
  if (status !== 'succeeded') throw new Error(`${name} ${status}: ${error?.message ?? ''}`);
  for (const { variant, problem, cells } of table.rows) {
    if (problem !== undefined) throw new Error(`${name}, ${variant}: ${problem}`);
    const failed = cells.find(({ failures }) => failures > 0);
    if (failed !== undefined) throw new Error(`${name}, ${variant}: items failed.`);
  }
  const labels = table.metrics.map((metric) => metric.name);
  const runs = await workspace.journal.list({ parent: handle.runId, limit: page });
  const items: RunItems[] = [];
  const steps: (readonly StepSummary[])[] = [];
  // As they began, so that the file says the same each time.
  for (const run of runs.toReversed()) {
    const own = await workspace.journal.steps(run.id);
    steps.push(own);
    const rows = await metricRows(workspace, own, { metrics: plan.metrics, labels });
    items.push({
      ...{ experiment: name, variant: run.variant ?? '' },
      ...(run.seed === undefined ? {} : { seed: run.seed }),
      rows,
    });
  }
  const order = new Map(table.rows.map(({ variant }, at) => [variant, at]));
  items.sort(
    (one, other) =>
      (one.seed ?? 0) - (other.seed ?? 0) ||
      (order.get(one.variant) ?? 0) - (order.get(other.variant) ?? 0),
  );
  return { table, items, steps };
}

async function metricRows(
  workspace: Workspace,
  steps: readonly StepSummary[],
  {
    metrics,
    labels,
  }: { readonly metrics: readonly MetricName[]; readonly labels: readonly string[] },
): Promise<MetricRow[]> {
  const rows: MetricRow[] = [];
  for (const [at, { node, port, metric }] of metrics.entries()) {
    const ref = steps.find((step) => step.node === node)?.outputs[port];
    if (ref === undefined) throw new Error(`${node}.${port} gave no metrics.`);
    for (const { item, question, group, weight, values } of await readMetrics(workspace, ref)) {
      const value = values[metric];
      if (item === undefined || value === undefined) continue;
      rows.push({
        ...{ series: 'items', item },
        ...(question === undefined ? {} : { question }),
        ...(group === undefined ? {} : { group }),
        ...(weight === undefined ? {} : { weight }),
        values: { [labels[at] ?? metric]: value },
      });
    }
  }
  return rows;
}

/** The rows of an artifact of metrics. */
export async function readMetrics(
  workspace: { readonly rows: Pick<Workspace['rows'], 'page'> },
  ref: ArtifactRef,
): Promise<MetricRow[]> {
  if (ref.mediaType !== Metrics.mediaType) throw new Error(`${ref.mediaType} is not metrics.`);
  const rows: MetricRow[] = [];
  for (;;) {
    const read = await workspace.rows.page(ref, rows.length, page);
    rows.push(...read.rows.map((row) => metricRowSchema.parse(row)));
    if (rows.length >= read.total || read.rows.length === 0) return rows;
  }
}
