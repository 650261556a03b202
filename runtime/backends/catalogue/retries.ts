import { TryAgain } from '../remote/refusals.ts';
import { BrokenOff, Unreachable } from './http-get.ts';

/** Milliseconds before each further attempt, begun anew once bytes come. The first is for a connection that broke off. */
const waits = [0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
/** Bytes that count as progress: fewer may come for ever. */
const leastProgress = 16 * 1024;

export interface RetryOptions {
  /** Shared by those who read from one server at a time. */
  readonly reached?: { yet: boolean };
  /** Called with what went wrong, before each wait of so many milliseconds. */
  readonly waiting?: ((why: string, ms: number) => void) | undefined;
  /** Attempts after the first; default: for about a minute. */
  readonly most?: number;
}

/**
 * Does pieces of one job again after faults that pass. A server that was never reached is left at once, for the next
 * source; one that was is waited for.
 */
export class Retries {
  readonly #pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #reached: { yet: boolean };
  readonly #waiting: RetryOptions['waiting'];
  readonly #most: number;
  #failures = 0;
  /** Bytes since the last failure. */
  #progress = 0;

  constructor(
    pause: (ms: number, signal: AbortSignal) => Promise<void>,
    { reached = { yet: false }, waiting, most = waits.length }: RetryOptions = {},
  ) {
    this.#pause = pause;
    this.#reached = reached;
    this.#waiting = waiting;
    this.#most = most;
  }

  came(bytes: number): void {
    this.#progress += bytes;
    this.#reached.yet = true;
  }

  async run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        const wait = this.#waitAfter(error);
        if (wait === undefined) throw error;
        if (wait > 0 && error instanceof Error) this.#waiting?.(error.message, wait);
        await this.#pause(wait, signal);
      }
    }
  }

  /** Milliseconds; undefined: no further attempt. */
  #waitAfter(error: unknown): number | undefined {
    const passes =
      error instanceof BrokenOff ||
      error instanceof TryAgain ||
      (error instanceof Unreachable && this.#reached.yet);
    if (!passes) return undefined;
    if (this.#progress >= leastProgress) this.#failures = 0;
    this.#progress = 0;
    const wait = this.#failures < this.#most ? waits[this.#failures] : undefined;
    this.#failures += 1;
    if (wait === undefined || !(error instanceof TryAgain)) return wait;
    return error.after ?? Math.max(wait, 1_000);
  }
}
