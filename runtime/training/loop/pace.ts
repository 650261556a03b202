/** Number of recent steps in the mean. */
const window = 20;

/** Speed of a training over its last steps. */
export class Pace {
  readonly #recent: { readonly seconds: number; readonly tokens: number }[] = [];

  add(seconds: number, tokens: number): void {
    this.#recent.push({ seconds, tokens });
    if (this.#recent.length > window) this.#recent.shift();
  }

  /** Mean of a step; 0 before the first. */
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

/** A duration for people: `2 min`. */
export function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** Milliseconds of training between checkpoints: the most that a kill costs if steps are slow. */
const interval = 20_000;
/** Largest share of time for saving, so that large checkpoints are saved less often. */
const largestShare = 0.1;

/** Decides when to save a checkpoint: by steps or by time, whichever comes first. */
export class SaveSchedule {
  readonly #every: number;
  #step: number;
  /** Milliseconds, on any clock. */
  #at: number;
  #pause = interval;

  /** At most `every` steps apart; 0: only by time. Training begins at `step`, at the time `at`. */
  constructor(every: number, { step, at }: { readonly step: number; readonly at: number }) {
    this.#every = every;
    this.#step = step;
    this.#at = at;
  }

  /** Whether to save the completed `step` at the time `at`. */
  due(step: number, at: number): boolean {
    if (step === this.#step) return false;
    // Multiples, so that a resumed training saves at the same steps.
    if (this.#every > 0 && step % this.#every === 0) return true;
    return at - this.#at >= this.#pause;
  }

  /** Records a save and its duration. */
  saved(step: number, { from, to }: { readonly from: number; readonly to: number }): void {
    this.#step = step;
    this.#at = to;
    this.#pause = Math.max(interval, (to - from) * (1 / largestShare - 1));
  }
}
