import { readRows } from '@graft/engine';
import {
  GraphError,
  knownMetric,
  metricRowSchema,
  Metrics,
  parseMetricName,
  type ArtifactStore,
  type EvidenceTable,
  type MetricName,
  type Registry,
  type RunRecord,
  type RunStore,
  type StepSummary,
} from '@graft/graph';
import { experimentTable } from '../experiment/experiment-table.ts';
import { failedItems } from '../experiment/failed-items.ts';
import {
  AnswerTokens,
  countSteps,
  readMetrics,
  type VariantResult,
} from '../experiment/variant-result.ts';

/** What is compared with others: a run, or one node of it. */
export interface ComparedSide {
  readonly run: string;
  /** Path of the node; absent: all of them. */
  readonly node?: string | undefined;
}

interface Side {
  readonly name: string;
  readonly record: RunRecord;
  readonly steps: readonly StepSummary[];
  readonly node: string | undefined;
}

interface Parts {
  readonly runs: RunStore;
  readonly artifacts: ArtifactStore;
  readonly registry: Registry;
}

/**
 * The table of runs as if they were variants of an experiment, called A, B and so on; the first is the baseline. Variants
 * of one experiment are compared by its metrics, others by all that are known of items. Undefined where there are none.
 * Throws `bad-input` for a run that is not there.
 */
export async function runsTable(
  parts: Parts,
  compared: readonly ComparedSide[],
): Promise<EvidenceTable | undefined> {
  const sides = await Promise.all(compared.map((side, at) => readSide(parts, side, at)));
  const { metrics, lower } =
    (await experimentMetrics(parts, sides)) ?? (await itemMetrics(parts, sides));
  const [first] = sides;
  if (metrics.length === 0 || first === undefined) return undefined;
  const tokens = new AnswerTokens(parts.artifacts);
  const results: VariantResult[] = [];
  for (const side of sides) {
    const { record, name, node } = side;
    const steps = node === undefined ? side.steps : side.steps.filter((one) => one.node === node);
    const own = metrics.map((metric) => (node === undefined ? metric : { ...metric, node }));
    const read = await tokens.of(steps);
    results.push({
      ...{ variant: name, seed: undefined, status: record.status, ...countSteps(steps) },
      rows: await readMetrics(parts.artifacts, side.steps, own),
      failed: await failedItems(parts, side.steps, own),
      ...(read === undefined ? {} : { tokens: read }),
    });
  }
  const variants = sides.map(({ name }) => ({ name, settings: {}, problems: [] }));
  const plan = { baseline: first.name, metrics, lower, seeds: { length: 1 }, variants };
  return experimentTable(plan, results);
}

/** Runs of a file that are looked through for the newest of the saved graph: questions that were asked are runs too. */
const newestOf = 50;

/**
 * The steps of a side. The newest run may be of a part of the graph; the page then shows other nodes as earlier runs left
 * them, and they are compared so.
 */
export async function sideSteps(
  runs: Pick<RunStore, 'list' | 'steps' | 'lastSteps'>,
  { id, file, scope }: RunRecord,
  node: string | undefined,
): Promise<readonly StepSummary[]> {
  const steps = await runs.steps(id);
  if (node === undefined || scope !== undefined || steps.some((step) => step.node === node))
    return steps;
  const newest = await runs.list({ file, parent: null, kind: 'graph', limit: newestOf });
  if (newest.find((run) => run.scope === undefined)?.id !== id) return steps;
  const last = (await runs.lastSteps(file)).get(node);
  return last === undefined ? steps : [...steps, last];
}

async function readSide({ runs }: Parts, { run, node }: ComparedSide, at: number): Promise<Side> {
  const record = await runs.get(run);
  if (record === undefined) {
    throw new GraphError('bad-input', `The run ${run} no longer exists. Choose another.`);
  }
  return {
    name: String.fromCharCode(65 + at),
    record,
    steps: await sideSteps(runs, record, node),
    node,
  };
}

interface Chosen {
  readonly metrics: readonly MetricName[];
  readonly lower: readonly string[];
}

/** What the experiment compares that all of some runs are variants of. */
async function experimentMetrics(
  { runs }: Parts,
  sides: readonly Side[],
): Promise<Chosen | undefined> {
  const parent = sides[0]?.record.parent;
  const isOne = sides.every(({ record, node }) => record.parent === parent && node === undefined);
  if (parent === undefined || !isOne) return undefined;
  const [started] = await runs.experimentEvents(parent, 0, 1);
  if (started?.type !== 'experiment.started') return undefined;
  const metrics = started.metrics.flatMap((text) => parseMetricName(text) ?? []);
  return { metrics, lower: started.lower ?? [] };
}

/** The metrics of items that any of the sides gives: those that are declared where any is; of loss and perplexity one. */
async function itemMetrics(parts: Parts, sides: readonly Side[]): Promise<Chosen> {
  const found = new Map<string, { readonly name: MetricName; sides: number }>();
  for (const { steps, node } of sides) {
    for (const step of steps) {
      if (node !== undefined && step.node !== node) continue;
      for (const [port, ref] of Object.entries(step.outputs)) {
        if (ref.mediaType !== Metrics.mediaType || !(await parts.artifacts.has(ref.digest)))
          continue;
        const names = new Set<string>();
        for await (const read of readRows(parts.artifacts, ref, Metrics)) {
          const { item, step: at, values } = metricRowSchema.parse(read);
          if (item === undefined || at !== undefined) continue;
          for (const name of Object.keys(values)) names.add(name);
        }
        if (names.has('perplexity')) names.delete('loss');
        for (const metric of names) {
          const key = node === undefined ? `${step.node}.${port}:${metric}` : metric;
          const one = found.get(key) ?? { name: { node: step.node, port, metric }, sides: 0 };
          one.sides += 1;
          found.set(key, one);
        }
      }
    }
  }
  // Those that all sides have come first: they are what can be compared.
  const all = [...found.values()].sort((a, b) => b.sides - a.sides).map(({ name }) => name);
  const known = all.filter(({ metric }) => knownMetric(metric) !== undefined);
  return { metrics: known.length > 0 ? known : all, lower: [] };
}
