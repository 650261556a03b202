import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import {
  GraphError,
  type ActionStore,
  type Plan,
  type RunEvent,
  type RunOrigin,
  type RunPast,
  type RunRecord,
} from '@graft/graph';
import { resolveSources, type ResolvedSources } from '../sources/resolve-sources.ts';
import { CancelRequests } from './cancel-requests.ts';
import type { EngineParts, SharedWork } from './engine-parts.ts';
import { PlanRun, type PlanRunEnding, type PlanRunRequest } from './plan-run.ts';
import type { RunFinished } from './run-finish.ts';
import { withinRun } from './run-scope.ts';
import { StepSlots } from './step-slots.ts';

/** A run that this process executes. */
export interface EngineRun {
  readonly runId: string;
  readonly finished: Promise<RunFinished>;
  cancel(): void;
}

type PlanOptions = Pick<PlanRunRequest, 'file' | 'device' | 'given' | 'allows' | 'turn'> & {
  /** Instead of the engine's: with records that serve this file only. */
  readonly actions?: ActionStore;
};

/** What became of a wish to cancel a run. */
export type CancelOutcome =
  /** This process runs it, and stops it. */
  | 'cancelled'
  /** The process that runs it was asked to stop it, and does within about a second. */
  | 'asked'
  /** It had ended before. */
  | 'ended'
  /** There is no such run. */
  | 'unknown';

/** Events read from the store at once. */
const eventPage = 500;
/** Milliseconds between two looks at a run that another process executes. */
const pollEvery = 200;

/** Starts, follows and cancels runs. Everything that it is joined from is an argument. */
export class Engine {
  readonly #parts: EngineParts;
  readonly #shared: SharedWork;
  readonly #live = new Map<
    string,
    {
      readonly run: PlanRun;
      readonly finished: Promise<RunFinished>;
      /** Another process continues it, if this one ends. */
      readonly mayGoOn: boolean;
    }
  >();

  readonly #cancelRequests: CancelRequests;
  /** Runs that have ended while the stores would not say so. */
  readonly #unrecorded = new Map<string, PlanRunEnding>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const slots = new StepSlots(parts.cores ?? availableParallelism());
    this.#shared = { inFlight: new Map(), slots };
    this.#cancelRequests = new CancelRequests(parts.runs, { owner: parts.owner, live: this.#live });
  }

  /**
   * Throws what is wrong with the plan's sources before anything is recorded; `resolved` are these, where they were
   * looked at already.
   */
  async start(
    plan: Plan,
    options: PlanOptions & {
      readonly origin?: RunOrigin;
      readonly resolved?: ResolvedSources;
    },
  ): Promise<EngineRun> {
    const { files, models, runs, owner } = this.#parts;
    const { resolved, origin = {}, ...rest } = options;
    const { file } = options;
    const { sources, problems } = resolved ?? (await resolveSources(plan, { files, models, file }));
    const [first] = problems;
    if (first !== undefined) {
      throw new GraphError(first.code, first.message, { ...first, problems });
    }
    const startedAt = Date.now();
    const runId = newRunId(startedAt);
    const record: RunRecord = {
      ...{ ...origin, id: runId, file, status: 'running', startedAt, owner },
    };
    await runs.create(record);
    return this.#begin(record, { ...rest, plan, sources });
  }

  /** Continues a run that this process has taken over from one that ended. */
  continue(
    record: RunRecord,
    options: PlanOptions & Pick<PlanRunRequest, 'plan' | 'sources'> & { readonly past: RunPast },
  ): EngineRun {
    const age = Math.max(0, Date.now() - record.startedAt);
    return this.#begin(record, { ...options, age });
  }

  #begin(
    { id: runId, scope, options, cancelAt }: RunRecord,
    { actions = this.#parts.actions, ...request }: PlanOptions & Omit<PlanRunRequest, 'runId'>,
  ): EngineRun {
    const run = new PlanRun({ ...this.#parts, actions }, this.#shared, {
      ...{ ...request, runId },
      ...(scope === undefined ? {} : { scope }),
    });
    if (cancelAt !== undefined) run.cancel();
    const finished = this.#execute(run, runId);
    this.#live.set(runId, { run, finished, mayGoOn: options !== undefined });
    this.#cancelRequests.watch();
    return {
      runId,
      finished,
      cancel: () => {
        run.cancel();
      },
    };
  }

  /** Of a run of any process on the same store. */
  async cancel(runId: string): Promise<CancelOutcome> {
    const live = this.#live.get(runId);
    if (live !== undefined) {
      live.run.cancel();
      // The process that continues it would not know.
      if (live.mayGoOn) this.#parts.runs.askToCancel(runId).catch(() => undefined);
      return 'cancelled';
    }
    if (this.#unrecorded.has(runId)) return 'ended';
    if (await this.#parts.runs.askToCancel(runId)) return 'asked';
    return (await this.#parts.runs.get(runId)) === undefined ? 'unknown' : 'ended';
  }

  /** Cancels what runs and waits until it has ended. */
  async close(): Promise<void> {
    const live = [...this.#live.values()];
    for (const { run } of live) run.cancel();
    await Promise.all(live.map(({ finished }) => finished));
    await Promise.all([...this.#unrecorded.values()].map((ending) => ending.close()));
  }

  async #execute(run: PlanRun, runId: string): Promise<RunFinished> {
    const atWork = {
      runId,
      fail: (error: unknown) => {
        run.fail(error);
      },
    };
    const ending = await withinRun(atWork, () => run.execute());
    if (!(await ending.record())) {
      this.#unrecorded.set(runId, ending);
      ending.retry(() => this.#unrecorded.delete(runId));
    }
    this.#live.delete(runId);
    return ending.finished;
  }

  /**
   * A run's events after `seq`, each once and in order: the recorded ones, then those to come, until the run
   * has finished or `signal` aborts. Also follows a run of another process.
   */
  async *events(runId: string, after: number, signal: AbortSignal): AsyncIterable<RunEvent> {
    const { runs } = this.#parts;
    const wake = new Wake(signal);
    const stop = this.#live.get(runId)?.run.journal.listen(() => {
      wake.up();
    });
    try {
      let seen = after;
      while (!signal.aborted) {
        const record = await runs.get(runId);
        if (record === undefined) throw new GraphError('bad-input', `There is no run ${runId}.`);
        const page = await runs.events(runId, seen, eventPage);
        for (const event of page) {
          if (signal.aborted) return;
          yield event;
          seen = event.seq;
          if (event.type === 'run.finished') return;
        }
        if (page.length > 0) continue;
        const untold = this.#unrecorded.get(runId)?.journal.pending(seen) ?? [];
        if (untold.length > 0) {
          yield* untold;
          return;
        }
        const ended = record.status !== 'running' && record.status !== 'queued';
        if (ended && !this.#live.has(runId)) return;
        await wake.within(pollEvery);
      }
    } finally {
      stop?.();
    }
  }
}

/** Waits for a call, a time or the end of interest, whichever comes first; a call in between is not lost. */
class Wake {
  #called = false;
  #resolve = (): void => undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => {
      this.up();
    });
  }

  up(): void {
    this.#called = true;
    this.#resolve();
  }

  async within(ms: number): Promise<void> {
    if (!this.#called) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#called = false;
  }
}

/** Sorts by time: milliseconds in base 36, then 40 random bits. */
export function newRunId(now: number): string {
  return `${now.toString(36)}-${randomBytes(5).toString('hex')}`;
}
