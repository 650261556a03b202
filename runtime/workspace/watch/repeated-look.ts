/** When looks happen. All times are milliseconds. */
export interface LookTimes {
  /** Without a hint before a look. */
  readonly quiet: number;
  /** For which a stream of hints may put a look off. */
  readonly longest: number;
  /** A look takes at most one part in so many of the time; the rest after it is at most `longest`. */
  readonly rest?: { readonly times: number; readonly longest: number };
  /** Until the next look without a hint; default: never. */
  readonly every?: number;
}

/**
 * Looks at something once, then after hints that it may have changed: after a burst of hints, one look at a time. It
 * ignores a look that fails; the next hint brings another.
 */
export class RepeatedLook implements Disposable {
  readonly #look: () => Promise<void>;
  readonly #times: LookTimes;
  #timer: NodeJS.Timeout | undefined;
  /** When the first of the hints came that no look has answered yet, by a clock that nobody sets, as all times here. */
  #hinted: number | undefined;
  #notBefore = 0;
  #looking = true;
  #stopped = false;

  constructor(look: () => Promise<void>, times: LookTimes) {
    this.#look = look;
    this.#times = times;
    void this.#begin();
  }

  hint(): void {
    this.#hinted ??= performance.now();
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#looking || this.#stopped) return;
    const { quiet, longest, every } = this.#times;
    const now = performance.now();
    let at: number;
    if (this.#hinted !== undefined) at = Math.min(now + quiet, this.#hinted + longest);
    else if (every !== undefined) at = now + every;
    else return;
    clearTimeout(this.#timer);
    const left = Math.max(0, Math.max(at, this.#notBefore) - now);
    this.#timer = setTimeout(() => void this.#begin(), left).unref();
  }

  async #begin(): Promise<void> {
    this.#looking = true;
    this.#hinted = undefined;
    const started = performance.now();
    await this.#look().catch(() => undefined);
    this.#looking = false;
    const { times, longest } = this.#times.rest ?? { times: 0, longest: 0 };
    const ended = performance.now();
    this.#notBefore = ended + Math.min((ended - started) * times, longest);
    this.#arm();
  }
}
