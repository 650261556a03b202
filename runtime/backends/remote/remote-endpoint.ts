import { setTimeout as delay } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import { abortable } from '@graft/kit';
import { SlotPool } from '../llama/slot-pool.ts';
import { TryAgain } from './refusals.ts';

/** Milliseconds. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

const firstWait = 1_000;
const longestBackoff = 30_000;
/** Most milliseconds that a server may ask to wait; a longer wait fails. */
const longestWait = 300_000;

export interface RequestHooks {
  readonly signal: AbortSignal;
  /** Tries after the first. */
  readonly retries: number;
  readonly onDelay?: ((why: string) => void) | undefined;
}

/**
 * An address, and all requests of this process to it: limits concurrency, and pauses while the server has asked to
 * wait.
 */
export class RemoteEndpoint {
  readonly #url: string;
  readonly #wait: Wait;
  readonly #places: SlotPool<object>;
  #pause: Promise<unknown> = Promise.resolve();

  constructor(url: string, parallel: number, wait: Wait = waitFor) {
    this.#url = url;
    this.#wait = wait;
    this.#places = new SlotPool(parallel, () => Promise.resolve({}));
  }

  /** Sends a request, and retries if that may help. Rejects at once when the signal aborts. */
  request<T>(hooks: RequestHooks, attempt: (retry: number) => Promise<T>): Promise<T> {
    return this.#places.use(hooks.signal, async () => {
      for (let retry = 0; ; retry++) {
        await abortable(this.#pause, hooks.signal);
        try {
          return await attempt(retry);
        } catch (error) {
          hooks.signal.throwIfAborted();
          if (!(error instanceof TryAgain)) throw error;
          if (retry >= hooks.retries || (error.after ?? 0) > longestWait) {
            throw this.#givenUp(error, retry + 1);
          }
          await this.#before(retry, error, hooks);
        }
      }
    });
  }

  async #before(retry: number, { message, after }: TryAgain, hooks: RequestHooks): Promise<void> {
    if (after !== undefined) {
      hooks.onDelay?.(`${this.#url} asks Graft to wait for ${seconds(after)} (${message}).`);
      this.#pause = Promise.all([this.#pause, this.#wait(after)]);
      return;
    }
    // Spreads the retries of requests that failed together.
    const spread = 0.75 + Math.random() / 2;
    const ms = Math.min(longestBackoff, firstWait * 2 ** retry) * spread;
    hooks.onDelay?.(`Asking ${this.#url} again in ${seconds(ms)}: ${message}.`);
    await this.#wait(ms, hooks.signal);
  }

  #givenUp({ message, after }: TryAgain, tries: number): GraphError {
    const how =
      after !== undefined && after > longestWait
        ? `and it asks Graft to wait for ${seconds(after)}`
        : `after ${tries} ${tries === 1 ? 'try' : 'tries'}`;
    return new GraphError(
      'unavailable',
      `${this.#url} does not answer: ${message}, ${how}. Run again later; Graft keeps the answers so far.`,
      { audience: 'operator' },
    );
  }
}

async function waitFor(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) });
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.round(ms / 1000))} s`;
}
