import { setTimeout as sleep } from 'node:timers/promises';
import {
  CancelRequests,
  newRunId,
  RunEnding,
  type CancelOutcome,
  type EndingParts,
  withinRun,
} from '@graft/engine';
import {
  GraphError,
  type ExperimentEvent,
  type ExperimentPlan,
  type RunOrigin,
  type RunStore,
} from '@graft/graph';
import { ExperimentJournal } from './experiment-journal.ts';
import {
  ExperimentRun,
  type ExperimentFinished,
  type ExperimentRunParts,
} from './experiment-run.ts';

export interface ExperimentRunsParts extends EndingParts, Omit<ExperimentRunParts, 'startRun'> {
  readonly runs: RunStore;
  readonly owner: string;
}

/** A run of an experiment that this process executes. */
export interface ExperimentHandle {
  readonly runId: string;
  readonly finished: Promise<ExperimentFinished>;
  cancel(): void;
}

/** Milliseconds between two looks at what is recorded. */
const lookEvery = 100;
const eventPage = 500;

/** Starts, follows and cancels runs of experiments. */
export class ExperimentRuns {
  readonly #parts: ExperimentRunsParts;
  readonly #live = new Map<
    string,
    { readonly run: ExperimentRun; readonly finished: Promise<ExperimentFinished> }
  >();
  readonly #cancelRequests: CancelRequests;
  /** Experiments that have ended while the stores would not say so. */
  readonly #unrecorded = new Map<string, RunEnding<ExperimentFinished, ExperimentJournal>>();

  constructor(parts: ExperimentRunsParts) {
    this.#parts = parts;
    this.#cancelRequests = new CancelRequests(parts.runs, { owner: parts.owner, live: this.#live });
  }

  async start(
    plan: ExperimentPlan,
    { file, device, origin }: { file: string; device: string; origin: RunOrigin },
    startRun: ExperimentRunParts['startRun'],
  ): Promise<ExperimentHandle> {
    const { runs, owner } = this.#parts;
    const startedAt = Date.now();
    const runId = newRunId(startedAt);
    await runs.create({
      ...{ ...origin, id: runId, file, status: 'running', startedAt, owner },
      experiment: plan.name,
    });
    const journal = new ExperimentJournal(runs, runId);
    const run = new ExperimentRun(
      { ...this.#parts, startRun },
      { runId, file, plan, device },
      journal,
    );
    const finished = this.#execute(run, journal);
    this.#live.set(runId, { run, finished });
    this.#cancelRequests.watch();
    return {
      runId,
      finished,
      cancel: () => {
        run.cancel();
      },
    };
  }

  /** Undefined where this process runs no such experiment. Writes nothing: the disk may be full. */
  cancel(runId: string): CancelOutcome | undefined {
    if (this.#unrecorded.has(runId)) return 'ended';
    const live = this.#live.get(runId);
    live?.run.cancel();
    return live === undefined ? undefined : 'cancelled';
  }

  /** Cancels what runs and waits until it has ended. */
  async close(): Promise<void> {
    const live = [...this.#live.values()];
    for (const { run } of live) run.cancel();
    await Promise.all(live.map(({ finished }) => finished));
    await Promise.all([...this.#unrecorded.values()].map((ending) => ending.close()));
  }

  /** Events after `seq`, each once and in order, until the experiment has finished or `signal` aborts. */
  async *events(runId: string, after: number, signal: AbortSignal): AsyncIterable<ExperimentEvent> {
    const { runs } = this.#parts;
    let seen = after;
    while (!signal.aborted) {
      const record = await runs.get(runId);
      if (record?.experiment === undefined) {
        throw new GraphError('bad-input', `There is no experiment run ${runId}.`);
      }
      const page = await runs.experimentEvents(runId, seen, eventPage);
      for (const event of page) {
        yield event;
        seen = event.seq;
        if (event.type === 'experiment.finished') return;
      }
      if (page.length > 0) continue;
      const untold = this.#unrecorded.get(runId)?.journal.pending(seen) ?? [];
      if (untold.length > 0) {
        yield* untold;
        return;
      }
      const ended = record.status !== 'running' && record.status !== 'queued';
      if (ended && !this.#live.has(runId)) return;
      await sleep(lookEvery, undefined, { signal }).catch(() => undefined);
    }
  }

  async #execute(run: ExperimentRun, journal: ExperimentJournal): Promise<ExperimentFinished> {
    const { runId } = journal;
    const atWork = {
      runId,
      fail: (error: unknown) => {
        run.fail(error);
      },
    };
    const finished = await withinRun(atWork, () => run.execute());
    const ending = new RunEnding(this.#parts, journal, { finished, reused: [] });
    if (!(await ending.record())) {
      this.#unrecorded.set(runId, ending);
      ending.retry(() => this.#unrecorded.delete(runId));
    }
    this.#live.delete(runId);
    return ending.finished;
  }
}
