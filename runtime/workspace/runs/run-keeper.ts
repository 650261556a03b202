import { GraphError, readRunPast, type RunPast, type RunRecord } from '@graft/graph';
import { PendingWork } from '@graft/kit';
import { closeRun, reconcileRuns, type ContinueRun, type RunJournal } from '@graft/store';
import type { Leases } from '@graft/store/database';

/** Milliseconds between two looks at the owners of runs. */
const lookEvery = 2_000;
/** Looks between two prunings. */
const pruneEvery = 300;
/** Runs that are kept without being asked for. */
const keepRuns = 1_000;

/**
 * Keeps the run history true and small as long as a workspace is open: ends the runs whose owner is gone, within
 * seconds, or has them continued, and forgets the oldest ones.
 */
export class RunKeeper {
  readonly #runs: RunJournal;
  readonly #leases: Pick<Leases, 'sweep'>;
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;
  #continueRun: ContinueRun | undefined;
  readonly #continuing = new PendingWork();

  constructor(runs: RunJournal, leases: Pick<Leases, 'sweep'>) {
    this.#runs = runs;
    this.#leases = leases;
  }

  /** Looks once, and goes on looking until `close`. */
  async open(): Promise<void> {
    await reconcileRuns(this.#runs);
    this.#next();
  }

  /**
   * Continues runs whose process ended, from now on. `begin` resolves once the run goes on here, with its lease, and throws
   * what keeps it from that.
   */
  continueWith(begin: (run: RunRecord, past: RunPast) => Promise<void>): void {
    this.#continueRun = (run, lease) => {
      this.#continuing.follow(this.#continue(run, { lease, begin }));
    };
  }

  /** Once no run is about to be continued. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#continuing.settled();
  }

  async #continue(
    run: RunRecord,
    {
      lease,
      begin,
    }: {
      readonly lease: AsyncDisposable;
      readonly begin: (run: RunRecord, past: RunPast) => Promise<void>;
    },
  ): Promise<void> {
    try {
      await this.#runs.adopt(run);
      const past = await readRunPast(this.#runs, run);
      // Somebody may have cancelled it since.
      const now = (await this.#runs.get(run.id)) ?? run;
      if (past.finished === undefined) await begin(now, past);
      else await closeRun(this.#runs, run);
    } catch (error) {
      const { code, message, location, audience } = GraphError.from(error, { file: run.file });
      const text = `The process running this run ended, and it cannot go on: ${message}`;
      try {
        await closeRun(this.#runs, run, { code, message: text, location, audience });
      } catch {
        // The next look takes it over again.
        await lease[Symbol.asyncDispose]();
      }
    }
  }

  #next(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      // A look that failed says nothing; the next one may succeed.
      this.#looking = this.#look().catch(() => undefined);
      void this.#looking.then(() => {
        this.#next();
      });
    }, lookEvery);
    // Nobody stays for the history's sake.
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    await reconcileRuns(this.#runs, this.#continueRun);
    await this.#leases.sweep();
    if (this.#looks++ % pruneEvery === 0) await this.#runs.prune({ keep: keepRuns });
  }
}
