import type { Turn } from '@graft/engine';
import {
  formatMetricName,
  GraphError,
  type EvidenceTable,
  type ExperimentEvent,
  type ExperimentPlan,
  type Graph,
  type ExperimentProblem,
  type Registry,
  type RunOrigin,
  type RunStatus,
  type Variant,
  type ArtifactStore,
  type RunStore,
} from '@graft/graph';
import type { RunHandle, StartOptions } from '../runs/run-handle.ts';
import type { ExperimentJournal } from './experiment-journal.ts';
import { experimentTable, tableMetrics } from './experiment-table.ts';
import { failedItems } from './failed-items.ts';
import { runRace, type Dropped, type Look } from './race-runs.ts';
import {
  AnswerTokens,
  countSteps,
  notStarted,
  readMetrics,
  type VariantResult,
} from './variant-result.ts';

/** Variants under way at once: enough to fill every lane, few enough that what they compute is soon whole. */
const variantsAtOnce = 8;

/** Milliseconds: a timer that is set to more goes off at once. */
const longestTimer = 2 ** 31 - 1;

export type ExperimentFinished = Extract<ExperimentEvent, { type: 'experiment.finished' }>;

export interface ExperimentRunParts {
  readonly runs: RunStore;
  readonly artifacts: ArtifactStore;
  readonly registry: Registry;
  /** Whether the disk of the stores is full; default: it never is. */
  readonly isFull?: () => boolean;
  readonly startRun: (
    graph: Graph,
    options: StartOptions & { readonly origin: RunOrigin; readonly turn: Turn },
  ) => Promise<RunHandle>;
}

export interface ExperimentRequest {
  readonly runId: string;
  readonly file: string;
  readonly plan: ExperimentPlan;
  readonly device: string;
}

/** Why no further run is started. */
type StoppedBy = 'cancelled' | 'limit' | 'no-space' | 'fault';

interface QueuedRun {
  readonly variant: Variant;
  readonly seed: number | undefined;
  /** Place in the queue. Its steps wait behind those of the runs before it. */
  readonly rank: number;
}

/**
 * One run of an experiment: its variants, a few at a time. Equal steps of theirs run once, as those of any runs do. One
 * that fails leaves the others alone.
 */
export class ExperimentRun {
  readonly #parts: ExperimentRunParts;
  readonly #request: ExperimentRequest;
  readonly #journal: ExperimentJournal;
  readonly #startedAt = performance.now();
  readonly #live = new Set<RunHandle>();
  readonly #results: VariantResult[] = [];
  readonly #tokens: AnswerTokens;
  #dropped: readonly Dropped[] = [];
  #stopped: StoppedBy | undefined;
  /** What went wrong outside its runs. */
  #fault: ExperimentProblem | undefined;

  constructor(parts: ExperimentRunParts, request: ExperimentRequest, journal: ExperimentJournal) {
    this.#parts = parts;
    this.#tokens = new AnswerTokens(parts.artifacts);
    this.#request = request;
    this.#journal = journal;
  }

  cancel(): void {
    this.#stop('cancelled');
  }

  /** Ends it, since something went wrong outside its runs. */
  fail(error: unknown): void {
    this.#fault ??= GraphError.from(error).toProblem();
    this.#stop('fault');
  }

  /** Runs to the end and never rejects: whatever happens is in the last event. */
  async execute(): Promise<ExperimentFinished> {
    const { plan } = this.#request;
    const sound = plan.variants.filter(({ problems }) => problems.length === 0);
    this.#started(sound.length * plan.seeds.length * (plan.race?.looks ?? 1));
    const timer =
      plan.limitMs === undefined
        ? undefined
        : setTimeout(
            () => {
              this.#stop('limit');
            },
            Math.min(plan.limitMs, longestTimer),
          );
    try {
      await this.#runAll(sound);
    } catch (thrown) {
      this.fail(thrown);
    }
    clearTimeout(timer);
    return this.#finished(sound);
  }

  async #runAll(variants: readonly Variant[]): Promise<void> {
    const { plan } = this.#request;
    const [metric] = tableMetrics(plan);
    if (plan.race === undefined || metric === undefined) {
      await this.#run(variants, undefined);
      return;
    }
    this.#dropped = await runRace({
      ...{ plan, race: plan.race, metric, variants },
      run: (racing, look) => this.#run(racing, look),
      emit: (event) => void this.#journal.emit(event),
    });
  }

  /** Undefined where it was stopped on the way. */
  async #run(
    variants: readonly Variant[],
    look: Look | undefined,
  ): Promise<readonly VariantResult[] | undefined> {
    const ended: VariantResult[] = [];
    const waiting = this.#queue(variants).entries();
    const worker = async (): Promise<void> => {
      for (const [place, next] of waiting) {
        if (this.#stopped !== undefined) return;
        ended[place] = await this.#runOne({ ...next, look });
      }
    };
    await Promise.all(Array.from({ length: variantsAtOnce }, worker));
    // In the order of the queue, without those that never began.
    const results = ended.flat();
    this.#results.push(...results);
    return this.#stopped === undefined ? results : undefined;
  }

  #stop(why: StoppedBy): void {
    if (this.#stopped === undefined || why === 'cancelled') this.#stopped = why;
    for (const handle of this.#live) handle.cancel();
  }

  /** The baseline first, and all variants with a seed before any with the next: what is there is soon comparable. */
  #queue(variants: readonly Variant[]): QueuedRun[] {
    const { baseline, seeds } = this.#request.plan;
    const ordered = [
      ...variants.filter(({ name }) => name === baseline),
      ...variants.filter(({ name }) => name !== baseline),
    ];
    return seeds
      .flatMap((seed) => ordered.map((variant) => ({ variant, seed })))
      .map((queued, rank) => ({ ...queued, rank }));
  }

  async #runOne({
    variant,
    seed,
    rank,
    look: at,
  }: QueuedRun & { readonly look: Look | undefined }): Promise<VariantResult> {
    const { runId, plan, device } = this.#request;
    const seeded = { variant: variant.name, ...(seed === undefined ? {} : { seed }) };
    const which = { ...seeded, ...(at === undefined ? {} : { look: at.look }) };
    const part = at?.share === undefined ? {} : { part: { of: plan.metrics, share: at.share } };
    const scope = [plan.name, variant.name, ...(seed === undefined ? [] : [seed])].join('/');
    try {
      const handle = await this.#parts.startRun(variant.graph, {
        ...{ only: plan.only, device, ...part, ...(seed === undefined ? {} : { seed }) },
        origin: { parent: runId, scope, ...seeded },
        turn: { owner: this, rank },
      });
      this.#live.add(handle);
      if (this.#stopped !== undefined) handle.cancel();
      this.#journal.emit({ type: 'variant.started', ...which, run: handle.runId });
      const end = await handle.finished;
      this.#live.delete(handle);
      this.#stopIfFull(end.error);
      const counted = countSteps(end.steps);
      this.#journal.emit({
        ...{ type: 'variant.finished', ...which, run: handle.runId },
        ...{ status: end.status, ms: end.ms, steps: counted.steps },
        ...(end.error === undefined ? {} : { error: end.error }),
      });
      const error = end.error === undefined ? {} : { error: end.error };
      const { runs, artifacts } = this.#parts;
      const steps = await runs.steps(handle.runId);
      const rows = await readMetrics(artifacts, steps, plan.metrics);
      const failed = await failedItems(this.#parts, steps, plan.metrics);
      const tokens = await this.#tokens.of(steps);
      return {
        ...{ seed, ...which, status: end.status, rows, failed, ...counted, ...error },
        ...(tokens === undefined ? {} : { tokens }),
      };
    } catch (thrown) {
      const result = notStarted({ seed, ...which }, thrown);
      this.#stopIfFull(result.error);
      return result;
    }
  }

  /** On a full disk of the stores no other run gets further, and each would take room that the ends need. */
  #stopIfFull(error: Pick<ExperimentProblem, 'code'> | undefined): void {
    if (error?.code === 'no-space' && this.#parts.isFull?.() === true) this.#stop('no-space');
  }

  #started(runs: number): void {
    const { file, plan } = this.#request;
    this.#journal.emit({
      ...{ type: 'experiment.started', file, experiment: plan.name, baseline: plan.baseline, runs },
      metrics: plan.metrics.map(formatMetricName),
      ...(plan.lower.length === 0 ? {} : { lower: [...plan.lower] }),
      ...(plan.prefer === undefined ? {} : { prefer: [...plan.prefer] }),
      ...(plan.race === undefined ? {} : { race: plan.race }),
      ...(plan.limitMs === undefined ? {} : { limitMs: plan.limitMs }),
      variants: plan.variants.map(({ name, settings, problems: [problem] }) => ({
        name,
        settings: { ...settings },
        ...(problem === undefined ? {} : { problem }),
      })),
    });
  }

  async #finished(variants: readonly Variant[]): Promise<ExperimentFinished> {
    const made = await this.#table();
    const error = this.#error(variants) ?? made.error;
    const event = this.#journal.emit({
      ...{ type: 'experiment.finished', status: this.#status(error), table: made.table },
      ...(error === undefined ? {} : { error }),
      ms: Math.round(performance.now() - this.#startedAt),
    });
    if (event.type !== 'experiment.finished') throw new GraphError('internal', 'No such event.');
    return event;
  }

  /** An end without a table is better than none. */
  async #table(): Promise<{
    readonly table: EvidenceTable;
    readonly error?: ExperimentProblem;
  }> {
    const { plan } = this.#request;
    try {
      return { table: await experimentTable(plan, this.#results, this.#dropped) };
    } catch (thrown) {
      const { baseline } = plan;
      const table = { ...{ baseline, confidence: 0.95 }, metrics: [], settings: [], rows: [] };
      return { table, error: GraphError.from(thrown).toProblem() };
    }
  }

  #status(error: ExperimentProblem | undefined): RunStatus {
    if (this.#stopped === 'cancelled' && this.#fault === undefined) return 'cancelled';
    return error === undefined ? 'succeeded' : 'failed';
  }

  #error(variants: readonly Variant[]): ExperimentProblem | undefined {
    if (this.#fault !== undefined) return this.#fault;
    const { plan, file } = this.#request;
    const looks = plan.race?.looks ?? 1;
    const runs = variants.length * plan.seeds.length;
    const whole = this.#results.filter(({ look = 1 }) => look === looks);
    const done =
      whole.filter(({ status }) => status === 'succeeded').length +
      this.#dropped.length * plan.seeds.length;
    if (done === runs) return undefined;
    const location = { file, field: `experiments.${plan.name}` };
    const ended = `${String(done)} of ${String(runs)} runs are done. Run it again to continue from there.`;
    switch (this.#stopped) {
      case 'cancelled':
        return { code: 'cancelled', message: `Cancelled: ${ended}`, location, audience: 'user' };
      case 'no-space': {
        const full = this.#results.find((result) => result.error?.code === 'no-space')?.error;
        const message = `${full?.message ?? 'No space is left on the disk.'} ${ended}`;
        return { code: 'no-space', message, location, audience: 'operator' };
      }
      case 'limit': {
        const minutes = (plan.limitMs ?? 0) / 60_000;
        const message = `The experiment reached its limit of ${String(minutes)} minutes. ${ended}`;
        return { code: 'limit-reached', message, location, audience: 'user' };
      }
      case 'fault':
      case undefined: {
        const failed = whole.find(({ error }) => error !== undefined);
        const message = `${String(runs - done)} of ${String(runs)} runs failed. The first: ${failed?.error?.message ?? ''}`;
        const { code = 'internal', audience = 'user' } = failed?.error ?? {};
        return { code, message, location, audience };
      }
    }
  }
}
