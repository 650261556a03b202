import {
  GraphError,
  type ActionStore,
  type ExperimentProblem,
  type RunStatus,
  type RunStore,
} from '@graft/graph';

/** Milliseconds between two tries to record an end that the stores refused. */
const retryEvery = 1000;

export interface EndingParts {
  readonly runs: Pick<RunStore, 'get' | 'finish'>;
  readonly actions: Pick<ActionStore, 'touch'>;
  /** This process, as runs name it. */
  readonly owner: string;
  /** Does work that must succeed, making room for it when the disk is full. */
  readonly relieve?: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The last event of a run, or of an experiment. */
interface LastEvent {
  readonly runId: string;
  readonly seq: number;
  readonly at: number;
  readonly status: RunStatus;
  readonly error?: ExperimentProblem | undefined;
}

/** What records the events of a run, the last one among them. */
interface EndingJournal<End extends LastEvent> {
  /** Resolves when all is durable; rejects with what kept it from being written. */
  flush(): Promise<void>;
  /** Puts an event in the place of one with its number; false when that is durable already. */
  amend(end: End): boolean;
}

/**
 * Records the end of a run or an experiment. What the stores refuse (the disk is full, another program holds the database) is
 * tried again until they take it, so that the status gets true as soon as it can; until then this process
 * tells it to whoever asks.
 */
export class RunEnding<End extends LastEvent, Journal extends EndingJournal<End>> {
  readonly journal: Journal;
  readonly #parts: EndingParts;
  #finished: End;
  readonly #reused: readonly string[];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    parts: EndingParts,
    journal: Journal,
    end: { readonly finished: End; readonly reused: readonly string[] },
  ) {
    this.#parts = parts;
    this.journal = journal;
    this.#finished = end.finished;
    this.#reused = end.reused;
  }

  /** How the run ended, for all that this process knows. */
  get finished(): End {
    return this.#finished;
  }

  /** Whether it is recorded now, by this process or, in its stead, by another. */
  async record(): Promise<boolean> {
    const { runs, actions, relieve = (work) => work() } = this.#parts;
    const { runId, status, at, error } = this.#finished;
    const end = { status, finishedAt: at };
    try {
      await relieve(async () => {
        await this.journal.flush();
        await runs.finish(runId, error === undefined ? end : { ...end, error: error.message });
      });
    } catch (error) {
      this.#fail(error);
      return this.#isEndedByOthers();
    }
    // Only for eviction.
    await actions.touch(this.#reused).catch(() => undefined);
    return true;
  }

  /** Goes on trying; `recorded` is called once. */
  retry(recorded: () => void): void {
    this.#timer = setTimeout(() => {
      void this.record()
        .catch(() => false)
        .then((done) => {
          if (done) recorded();
          else if (this.#timer !== undefined) this.retry(recorded);
        });
    }, retryEvery).unref();
  }

  /** A last try. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.record();
  }

  /** Another process took this one for dead, and continues, ended or pruned the run: this one can record nothing more. */
  async #isEndedByOthers(): Promise<boolean> {
    const { runs, owner } = this.#parts;
    try {
      const record = await runs.get(this.#finished.runId);
      if (record !== undefined && record.owner !== owner) return true;
      return record?.status !== 'running' && record?.status !== 'queued';
    } catch {
      return false;
    }
  }

  /** A run whose results nobody will find has failed, unless its events say otherwise already. */
  #fail(error: unknown): void {
    if (this.#finished.status !== 'succeeded') return;
    const failed: End = {
      ...this.#finished,
      status: 'failed',
      error: GraphError.from(error).toProblem(),
    };
    if (!this.journal.amend(failed)) return;
    this.#finished = failed;
  }
}
