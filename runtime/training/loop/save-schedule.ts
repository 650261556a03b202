/** Milliseconds of training after which a checkpoint is due: what a kill costs at most where steps are slow. */
const interval = 20_000;
/** Saving takes at most this part of the time, so that large checkpoints are left less often. */
const largestShare = 0.1;

/** Says when a training leaves its next checkpoint: by steps and by time, whichever comes first. */
export class SaveSchedule {
  readonly #every: number;
  #step: number;
  /** Milliseconds, by whatever clock. */
  #at: number;
  #pause = interval;

  /** `every` steps at most; 0: by time only. Training begins at `step`, at the time `at`. */
  constructor(every: number, { step, at }: { readonly step: number; readonly at: number }) {
    this.#every = every;
    this.#step = step;
    this.#at = at;
  }

  /** Whether `step`, which is whole, is to be saved at the time `at`. */
  due(step: number, at: number): boolean {
    if (step === this.#step) return false;
    // Multiples, so that a training that was interrupted saves the same steps.
    if (this.#every > 0 && step % this.#every === 0) return true;
    return at - this.#at >= this.#pause;
  }

  /** A step was saved between two times. */
  saved(step: number, { from, to }: { readonly from: number; readonly to: number }): void {
    this.#step = step;
    this.#at = to;
    this.#pause = Math.max(interval, (to - from) * (1 / largestShare - 1));
  }
}
