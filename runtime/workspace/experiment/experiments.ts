import { setTimeout as sleep } from 'node:timers/promises';
import { CancelRequests, newRunId } from '@graft/engine';
import {
  GraphError,
  type ArtifactStore,
  type ExperimentEvent,
  type ExperimentPlan,
  type Registry,
  type RunOrigin,
  type RunStore,
} from '@graft/graph';
import { ExperimentJournal } from './experiment-journal.ts';
import {
  ExperimentRun,
  type ExperimentFinished,
  type ExperimentRunParts,
} from './experiment-run.ts';

export interface ExperimentsParts {
  readonly runs: RunStore;
  readonly artifacts: ArtifactStore;
  readonly registry: Registry;
  readonly owner: string;
  /** Does work that must succeed, making room for it when the disk is full. */
  readonly relieve: <T>(work: () => Promise<T>) => Promise<T>;
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
/** Milliseconds between two tries to record an end that the stores refused. */
const retryEvery = 1000;

/** Starts, follows and cancels runs of experiments. */
export class Experiments {
  readonly #parts: ExperimentsParts;
  readonly #live = new Map<
    string,
    { readonly run: ExperimentRun; readonly finished: Promise<ExperimentFinished> }
  >();
  readonly #cancelRequests: CancelRequests;
  /** How to record the ends that the stores have refused. */
  readonly #untold = new Map<string, () => Promise<void>>();

  constructor(parts: ExperimentsParts) {
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
    void finished.then(() => this.#live.delete(runId));
    return {
      runId,
      finished,
      cancel: () => {
        run.cancel();
      },
    };
  }

  /** False where this process runs no such experiment. */
  cancel(runId: string): boolean {
    const live = this.#live.get(runId);
    live?.run.cancel();
    return live !== undefined;
  }

  /** Cancels what runs and waits until it has ended. */
  async close(): Promise<void> {
    const live = [...this.#live.values()];
    for (const { run } of live) run.cancel();
    await Promise.all(live.map(({ finished }) => finished));
    const untold = [...this.#untold.values()];
    this.#untold.clear();
    await Promise.all(untold.map((record) => record().catch(() => undefined)));
  }

  /** Events after `seq`, each once and in order, until the experiment has finished or `signal` aborts. */
  async *events(runId: string, after: number, signal: AbortSignal): AsyncIterable<ExperimentEvent> {
    const { runs } = this.#parts;
    let seen = after;
    while (!signal.aborted) {
      const record = await runs.get(runId);
      if (record?.experiment === undefined) {
        throw new GraphError('bad-input', `There is no run ${runId} of an experiment.`);
      }
      const page = await runs.experimentEvents(runId, seen, eventPage);
      for (const event of page) {
        yield event;
        seen = event.seq;
        if (event.type === 'experiment.finished') return;
      }
      if (page.length > 0) continue;
      const ended = record.status !== 'running' && record.status !== 'queued';
      if (ended && !this.#live.has(runId)) return;
      await sleep(lookEvery, undefined, { signal }).catch(() => undefined);
    }
  }

  async #execute(run: ExperimentRun, journal: ExperimentJournal): Promise<ExperimentFinished> {
    const end = await run.execute();
    const record = (): Promise<void> => this.#record(journal, end);
    try {
      await record();
      return end;
    } catch (thrown) {
      this.#retry(end.runId, record);
      return { ...end, status: 'failed', error: GraphError.from(thrown).toProblem() };
    }
  }

  async #record(journal: ExperimentJournal, end: ExperimentFinished): Promise<void> {
    const { runs, relieve } = this.#parts;
    const { runId, status, at, error } = end;
    await relieve(async () => {
      await journal.flush();
      await runs.finish(runId, {
        ...{ status, finishedAt: at },
        ...(error === undefined ? {} : { error: error.message }),
      });
    });
  }

  /** What the stores refuse (the disk is full) is tried again until they take it, so that the status gets true. */
  #retry(runId: string, record: () => Promise<void>): void {
    this.#untold.set(runId, record);
    const timer = setTimeout(() => {
      if (this.#untold.get(runId) !== record) return;
      record().then(
        () => this.#untold.delete(runId),
        () => {
          this.#retry(runId, record);
        },
      );
    }, retryEvery);
    timer.unref();
  }
}
