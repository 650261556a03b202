/** Steps that the pace is the mean of. */
const window = 20;

/** How fast a training goes, over its last steps. */
export class Pace {
  readonly #recent: { readonly seconds: number; readonly tokens: number }[] = [];

  add(seconds: number, tokens: number): void {
    this.#recent.push({ seconds, tokens });
    if (this.#recent.length > window) this.#recent.shift();
  }

  /** Of one step; 0 before the first. */
  get secondsPerStep(): number {
    return this.#recent.length === 0 ? 0 : this.#seconds / this.#recent.length;
  }

  get tokensPerSecond(): number {
    const tokens = this.#recent.reduce((sum, step) => sum + step.tokens, 0);
    return this.#seconds > 0 ? tokens / this.#seconds : 0;
  }

  get #seconds(): number {
    return this.#recent.reduce((sum, step) => sum + step.seconds, 0);
  }
}

/** `2 min`, as somebody who waits wants to hear it. */
export function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

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
