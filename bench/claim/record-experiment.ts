import {
  Answers,
  answerSchema,
  type ArtifactRef,
  Hits,
  Metrics,
  metricRowSchema,
  type Question,
  type QuestionHits,
  questionHitsSchema,
  type EvidenceTable,
  type Graph,
  type MetricName,
  type MetricRow,
  type StepSummary,
} from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import type { Asked, MeasuredCode, RunAnswers, RunItems } from './claim-file.ts';

export interface Recorded {
  /** As the run gave it. */
  readonly table: EvidenceTable;
  readonly items: readonly RunItems[];
  /** What was asked, and then what each run answered; empty if it asked nothing. */
  readonly answers: readonly (Asked | RunAnswers)[];
  /** Of every run of a variant. */
  readonly steps: readonly (readonly StepSummary[])[];
}

type RunOf = Pick<RunItems, 'variant' | 'seed'>;
interface Rows {
  readonly rows: Pick<Workspace['rows'], 'page'>;
}

const page = 1000;
/** Of the documents that were found for a question. */
const keptDocuments = 5;

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
  const answers: RunAnswers[] = [];
  const asked: Record<string, Asked['asked'][string]> = {};
  const steps: (readonly StepSummary[])[] = [];
  // As they began, so that the file says the same each time.
  for (const run of runs.toReversed()) {
    const own = await workspace.journal.steps(run.id);
    steps.push(own);
    const rows = await metricRows(workspace, own, { metrics: plan.metrics, labels });
    const of = {
      ...{ experiment: name, variant: run.variant ?? '' },
      ...(run.seed === undefined ? {} : { seed: run.seed }),
    };
    items.push({ ...of, rows });
    const marked = await markedAnswers(workspace, own, plan.metrics);
    for (const { asked: its, ...one } of marked) {
      answers.push({ ...of, ...one });
      Object.assign(asked, its);
    }
  }
  const order = new Map(table.rows.map(({ variant }, at) => [variant, at]));
  const byRun = (one: RunOf, other: RunOf): number =>
    (one.seed ?? 0) - (other.seed ?? 0) ||
    (order.get(one.variant) ?? 0) - (order.get(other.variant) ?? 0);
  return {
    ...{ table, items: items.toSorted(byRun), steps },
    answers: answers.length === 0 ? [] : [{ experiment: name, asked }, ...answers.toSorted(byRun)],
  };
}

type Marked = Pick<RunAnswers, 'node' | 'answers'> & Pick<Asked, 'asked'>;

/** What the nodes of metrics marked, each answering node once: the answers, or the documents that were found. */
async function markedAnswers(
  workspace: Workspace,
  steps: readonly StepSummary[],
  metrics: readonly MetricName[],
): Promise<Marked[]> {
  const digests = new Set(
    steps
      .filter(({ node }) => metrics.some((metric) => metric.node === node))
      .flatMap(({ parts = [] }) => parts)
      .filter(({ name }) => name.startsWith('input.'))
      .flatMap(({ value }) => value.split(' ')),
  );
  const marked: Marked[] = [];
  for (const { node, outputs } of steps) {
    for (const ref of Object.values(outputs)) {
      if (!digests.has(ref.digest)) continue;
      if (ref.mediaType === Answers.mediaType) {
        const rows = await readRows(workspace, ref, answerSchema);
        marked.push({
          node,
          answers: Object.fromEntries(rows.map(({ id, text }) => [id, text])),
          asked: Object.fromEntries(rows.map(({ id, question }) => [id, askedOf(question)])),
        });
      } else if (ref.mediaType === Hits.mediaType) {
        const rows = await readRows(workspace, ref, questionHitsSchema);
        marked.push({
          node,
          answers: Object.fromEntries(rows.map(({ id, hits }) => [id, documentsOf(hits)])),
          asked: Object.fromEntries(rows.map(({ id, question }) => [id, askedOf(question)])),
        });
      }
    }
  }
  return marked;
}

const documentsOf = (hits: QuestionHits['hits']): string[] =>
  [...new Set(hits.map(({ chunk }) => chunk.source.path))].slice(0, keptDocuments);

function askedOf({ question, reference, accept = [], documents = [] }: Question) {
  const answers = [...(reference === undefined ? [] : [reference]), ...accept];
  return { question, right: answers.length > 0 ? answers : documents };
}

/** The code that computed these steps. */
export function codeOf(runs: readonly (readonly StepSummary[])[]): MeasuredCode {
  const nodes = new Map<string, string>();
  const engines = new Map<string, string>();
  for (const { type, parts = [] } of runs.flat()) {
    for (const { name, value } of parts) {
      if (name === 'implementation') nodes.set(type, value);
      if (name.startsWith('engine.')) engines.set(name.slice('engine.'.length), value);
    }
  }
  const sorted = (map: ReadonlyMap<string, string>) =>
    Object.fromEntries([...map].toSorted(([one], [other]) => (one < other ? -1 : 1)));
  return { nodes: sorted(nodes), engines: sorted(engines) };
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
export async function readMetrics(workspace: Rows, ref: ArtifactRef): Promise<MetricRow[]> {
  if (ref.mediaType !== Metrics.mediaType) throw new Error(`${ref.mediaType} is not metrics.`);
  return readRows(workspace, ref, metricRowSchema);
}

async function readRows<T>(
  workspace: Rows,
  ref: ArtifactRef,
  schema: { readonly parse: (row: unknown) => T },
): Promise<T[]> {
  const rows: T[] = [];
  for (;;) {
    const read = await workspace.rows.page(ref, rows.length, page);
    rows.push(...read.rows.map((row) => schema.parse(row)));
    if (rows.length >= read.total || read.rows.length === 0) return rows;
  }
}
