import { OwnerWatch, reconcileRuns, type RunJournal } from '@graft/store';

/** Milliseconds between two looks at the owners of runs. */
const lookEvery = 2_000;
/** Looks between two prunings. */
const pruneEvery = 300;
/** Runs that are kept without being asked for. */
const keepRuns = 1_000;

/** What `RunKeeper` needs of a heartbeat. */
interface Beating {
  stop(): Promise<void>;
}

/**
 * Keeps the run history true and small as long as a workspace is open: ends the runs whose process is gone, within
 * seconds, forgets the oldest ones, and gives signs of life for the runs of this process.
 */
export class RunKeeper {
  readonly #runs: RunJournal;
  readonly #startBeating: () => Beating;
  readonly #watch = new OwnerWatch();
  #heartbeat: Beating | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(runs: RunJournal, startBeating: () => Beating) {
    this.#runs = runs;
    this.#startBeating = startBeating;
  }

  /** Looks once, and goes on looking until `close`. */
  async open(): Promise<void> {
    await reconcileRuns(this.#runs, this.#watch);
    this.#next();
  }

  /** From the first run that this process starts. */
  beat(): void {
    if (!this.#closed) this.#heartbeat ??= this.#startBeating();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#heartbeat?.stop();
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
    await reconcileRuns(this.#runs, this.#watch);
    if (this.#looks++ % pruneEvery === 0) await this.#runs.prune({ keep: keepRuns });
  }
}
