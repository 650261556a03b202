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
    const tokens = this.#recent.reduce((sum, one) => sum + one.tokens, 0);
    return this.#seconds > 0 ? tokens / this.#seconds : 0;
  }

  get #seconds(): number {
    return this.#recent.reduce((sum, one) => sum + one.seconds, 0);
  }
}

/** `2 min`, as somebody who waits wants to hear it. */
export function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
