import { reconcileRuns, type RunJournal } from '@graft/store';
import type { Leases } from '@graft/store/database';

/** Milliseconds between two looks at the owners of runs. */
const lookEvery = 2_000;
/** Looks between two prunings. */
const pruneEvery = 300;
/** Runs that are kept without being asked for. */
const keepRuns = 1_000;

/**
 * Keeps the run history true and small as long as a workspace is open: ends the runs whose owner is gone, within
 * seconds, and forgets the oldest ones.
 */
export class RunKeeper {
  readonly #runs: RunJournal;
  readonly #leases: Pick<Leases, 'sweep'>;
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(runs: RunJournal, leases: Pick<Leases, 'sweep'>) {
    this.#runs = runs;
    this.#leases = leases;
  }

  /** Looks once, and goes on looking until `close`. */
  async open(): Promise<void> {
    await reconcileRuns(this.#runs);
    this.#next();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
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
    await reconcileRuns(this.#runs);
    await this.#leases.sweep();
    if (this.#looks++ % pruneEvery === 0) await this.#runs.prune({ keep: keepRuns });
  }
}
