import {
  Adapter,
  Index,
  Metrics,
  Model,
  type RunRecord,
  type RunStore,
  type StepSummary,
} from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import type { ClaimCost } from './claim-file.ts';
import { readMetrics } from './record-experiment.ts';

const keptTypes: readonly string[] = [Adapter, Index, Model].map(({ mediaType }) => mediaType);
const page = 1000;

interface Records {
  readonly rows: Pick<Workspace['rows'], 'page'>;
  readonly journal: Pick<RunStore, 'list' | 'steps' | 'events'>;
}

/** A step as a run had it. */
interface Part {
  readonly run: RunRecord;
  readonly step: StepSummary;
}

/** What steps took when they were computed, be it in an earlier run; of a training that went on, all of its parts. */
export class StepCosts {
  readonly #computed: ReadonlyMap<string, StepSummary>;
  readonly #workspace: Records;

  private constructor(workspace: Records, computed: ReadonlyMap<string, StepSummary>) {
    this.#workspace = workspace;
    this.#computed = computed;
  }

  static async of(workspace: Records): Promise<StepCosts> {
    const computed = new Map<string, StepSummary>();
    const ended = new Map<string, Part>();
    const broken: Part[] = [];
    const runs = await workspace.journal.list({ limit: 10_000 });
    // The newest first, whose steps stand.
    for (const run of runs) {
      for (const step of await workspace.journal.steps(run.id)) {
        const { status, cacheKey } = step;
        if (status === 'failed' || status === 'cancelled') broken.push({ run, step });
        if (status !== 'succeeded' || cacheKey === undefined) continue;
        if (!ended.has(cacheKey)) ended.set(cacheKey, { run, step });
      }
    }
    for (const [key, part] of ended) {
      const before = broken.filter((other) => isBefore(other, part));
      computed.set(key, await withParts(workspace, part, before));
    }
    return new StepCosts(workspace, computed);
  }

  /** Seconds of all steps that some runs are made of, each once. */
  seconds(runs: readonly (readonly StepSummary[])[]): number {
    const keys = new Set(runs.flat().flatMap(({ cacheKey }) => cacheKey ?? []));
    const ms = [...keys].reduce((sum, key) => sum + (this.#computed.get(key)?.ms ?? 0), 0);
    return Math.round(ms / 1000);
  }

  /** A cost with what its nodes took: of every step that one of them was, each once. */
  async of(
    runs: readonly (readonly StepSummary[])[],
    { nodes, way, brings }: ClaimCost,
  ): Promise<ClaimCost> {
    let [ms, kept, memory] = [0, 0, 0];
    let trained: number | undefined;
    for (const node of nodes) {
      const keys = new Set(
        runs.flat().flatMap((step) => (step.node === node ? (step.cacheKey ?? []) : [])),
      );
      const steps = [...keys].flatMap((key) => this.#computed.get(key) ?? []);
      if (steps.length === 0) throw new Error(`No run has computed "${node}".`);
      ms += steps.reduce((sum, step) => sum + step.ms, 0) / steps.length;
      memory = Math.max(memory, ...steps.map((step) => step.memory ?? 0));
      kept += steps.reduce((sum, step) => sum + bytesKept(step), 0) / steps.length;
      trained ??= await this.#trainedShare(steps[0]);
    }
    return {
      nodes,
      ...(way === undefined ? {} : { way }),
      ...(brings === undefined ? {} : { brings }),
      seconds: Math.round(ms / 100) / 10,
      ...(memory === 0 ? {} : { memory }),
      ...(trained === undefined ? {} : { trained }),
      ...(kept === 0 ? {} : { kept: Math.round(kept) }),
    };
  }

  async #trainedShare(step: StepSummary | undefined): Promise<number | undefined> {
    for (const ref of Object.values(step?.outputs ?? {})) {
      if (ref.mediaType !== Metrics.mediaType) continue;
      const rows = await readMetrics(this.#workspace, ref);
      const percent = rows.find(({ series }) => series === 'summary')?.values['trainable %'];
      if (percent !== undefined) return percent / 100;
    }
    return undefined;
  }
}

/** What a step gave that is kept for use: bytes of adapters, indexes and models. */
function bytesKept({ outputs }: StepSummary): number {
  return Object.values(outputs ?? {})
    .filter(({ mediaType }) => keptTypes.includes(mediaType))
    .reduce((sum, { size }) => sum + size, 0);
}

/** Whether a part is of the same step, and broke off before. That of a process that died has no key. */
function isBefore({ run, step }: Part, { run: later, step: ended }: Part): boolean {
  if (run.startedAt >= later.startedAt) return false;
  if (step.cacheKey !== undefined) return step.cacheKey === ended.cacheKey;
  const { graph, settings } = run;
  return (
    step.node === ended.node &&
    graph !== undefined &&
    graph === later.graph &&
    settings === later.settings
  );
}

/** A step with what its parts took as long as each went on from the one before; the newest of `before` first. */
async function withParts(
  workspace: Records,
  last: Part,
  before: readonly Part[],
): Promise<StepSummary> {
  let [ms, memory] = [last.step.ms, last.step.memory ?? 0];
  let part = last;
  for (const earlier of before) {
    if (!(await wentOn(workspace, part))) break;
    ms += earlier.step.ms;
    memory = Math.max(memory, earlier.step.memory ?? 0);
    part = earlier;
  }
  return { ...last.step, ms, ...(memory === 0 ? {} : { memory }) };
}

/** Whether a step says in its log that it went on from a checkpoint. */
async function wentOn({ journal }: Records, { run, step }: Part): Promise<boolean> {
  for (let after = 0; ;) {
    const events = await journal.events(run.id, after, page);
    const says = events.some(
      (event) =>
        event.type === 'step.log' &&
        event.node === step.node &&
        event.message.startsWith('Goes on from the checkpoint'),
    );
    if (says || events.length < page) return says;
    after = events.at(-1)?.seq ?? after;
  }
}
