import { readRows } from '@graft/engine';
import {
  addedUsage,
  Answers,
  answerSchema,
  GraphError,
  loopType,
  type ExperimentProblem,
  Metrics,
  metricRowSchema,
  type ArtifactRef,
  type ArtifactStore,
  type MetricName,
  type MetricRow,
  type RunStatus,
  type StepSummary,
} from '@graft/graph';

/** What one run of a variant gave. */
export interface VariantResult {
  readonly variant: string;
  readonly seed: number | undefined;
  /** Of a race: whose part of the items it was given. */
  readonly look?: number;
  readonly status: RunStatus;
  /** Of its metrics' outputs, under the names of `metricLabels`. */
  readonly rows: readonly MetricRow[];
  /** Ids of the items that failed on the way to them, by the same names; a metric of which none did is not there. */
  readonly failed?: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds of the steps that it computed itself. */
  readonly ms: number;
  /** Of its answers, computed or reused: what models read and wrote; absent where it has none. */
  readonly tokens?: number;
  /** US dollars of the requests that it made itself; absent where it made none, or a model has no price. */
  readonly dollars?: number;
  /** Most bytes that a step which it computed claimed at a time; absent where none did. */
  readonly memory?: number;
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

/** Reads the metrics that the steps of a run gave. What is not there any more is no result. */
export async function readMetrics(
  artifacts: ArtifactStore,
  steps: readonly StepSummary[],
  metrics: readonly MetricName[],
): Promise<readonly MetricRow[]> {
  const stepOf = new Map(steps.map((step) => [step.node, step]));
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
    const ref = first && stepOf.get(first.name.node)?.outputs[first.name.port];
    if (ref === undefined) continue;
    if (!(await artifacts.has(ref.digest))) continue;
    for await (const read of readRows(artifacts, ref, Metrics)) {
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

/** Counts the tokens of runs' answers, each artifact once however many runs share it. */
export class AnswerTokens {
  readonly #artifacts: ArtifactStore;
  readonly #known = new Map<string, Promise<number>>();

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
  }

  /**
   * Of the steps of a run. Undefined where they gave no answers, or these are gone or cannot be read: what a variant cost
   * is worth less than what it found.
   */
  async of(steps: readonly StepSummary[]): Promise<number | undefined> {
    let total: number | undefined;
    for (const ref of answersMade(steps)) {
      if (!(await this.#artifacts.has(ref.digest))) continue;
      const counted = this.#known.get(ref.digest) ?? this.#count(ref);
      this.#known.set(ref.digest, counted);
      try {
        total = (total ?? 0) + (await counted);
      } catch {
        // Whatever is wrong with them may be mended by the next run that gives them.
        this.#known.delete(ref.digest);
        return undefined;
      }
    }
    return total;
  }

  async #count(ref: ArtifactRef): Promise<number> {
    let tokens = 0;
    for await (const row of readRows(this.#artifacts, ref, Answers)) {
      const { promptTokens, completionTokens } = answerSchema.parse(row);
      tokens += promptTokens + completionTokens;
    }
    return tokens;
  }
}

/** The answers that steps have made, each once. Who is given answers passes them on, as a loop does those of its rounds. */
function answersMade(steps: readonly StepSummary[]): Iterable<ArtifactRef> {
  const given = steps.map(({ outputs }) =>
    Object.values(outputs).filter(({ mediaType }) => mediaType === Answers.mediaType),
  );
  const digests = new Set(given.flat().map(({ digest }) => digest));
  const made = new Map<string, ArtifactRef>();
  for (const [at, { type, parts = [] }] of steps.entries()) {
    const passes = parts.some(
      ({ name, value }) =>
        name.startsWith('input.') && value.split(' ').some((digest) => digests.has(digest)),
    );
    if (passes || type === loopType) continue;
    for (const ref of given[at] ?? []) made.set(ref.digest, ref);
  }
  return made.values();
}

/** How many steps a run computed, and how many it found done. What a loop takes is what the steps of its rounds take. */
export function countSteps(
  all: readonly Pick<StepSummary, 'type' | 'status' | 'ms' | 'memory' | 'remote'>[],
) {
  const steps = all.filter(({ type }) => type !== loopType);
  const computed = steps.filter(({ status }) => status === 'succeeded');
  const { dollars } = addedUsage(steps.flatMap(({ remote }) => remote ?? [])) ?? {};
  return {
    steps: {
      total: steps.length,
      computed: computed.length,
      reused: steps.filter(({ status }) => status === 'cached').length,
    },
    ms: computed.reduce((sum, { ms }) => sum + ms, 0),
    ...mostMemory(computed),
    ...(dollars === undefined ? {} : { dollars }),
  };
}

/** `memory` of the results that have some; nothing where none has. */
export function mostMemory(results: readonly { readonly memory?: number | undefined }[]) {
  const memory = results.reduce((most, result) => Math.max(most, result.memory ?? 0), 0);
  return memory === 0 ? {} : { memory };
}

/** A run that could not even start. */
export function notStarted(
  which: Pick<VariantResult, 'variant' | 'seed' | 'look'>,
  thrown: unknown,
): VariantResult {
  const error = GraphError.from(thrown).toProblem();
  const steps = { total: 0, computed: 0, reused: 0 };
  return { ...which, status: 'failed', rows: [], ms: 0, steps, error };
}
