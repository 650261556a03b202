import { setTimeout as delay } from 'node:timers/promises';
import { abortable } from '@graft/kit';

/** Longest wait in seconds for a host that names one. */
export const longestWait = 60;
/** Longest pause in seconds that a host may ask for. */
const longestRest = 3600;
/** Seconds of pause if the host does not name any. */
const usualRest = 60;

/** A reply that concerns the host, not the page: it is overloaded. */
export interface Busy {
  readonly status: number;
  /** Requested pause; undefined if it does not say. */
  readonly seconds: number | undefined;
}

/**
 * What a reply says about its host (RFC 9110, 15.6.4; RFC 6585, 4); undefined if it only concerns the page. A 503
 * without a pause may concern only the page.
 */
export function busyHost(status: number, retryAfter: string | undefined): Busy | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const seconds = secondsOf(retryAfter?.trim() ?? '');
  return status === 503 && seconds === undefined ? undefined : { status, seconds };
}

/** Parses a number of seconds, or a date, which may have passed. */
function secondsOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const date = /GMT$/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** Length of the pause in seconds, and its end, for people. */
export function restOf({ seconds = usualRest }: Busy): { seconds: number; until: string } {
  const rest = Math.min(Math.max(seconds, 1), longestRest);
  return { seconds: rest, until: new Date(Date.now() + rest * 1000).toISOString().slice(11, 19) };
}

/** Hosts whose pause may have ended long ago. */
const mostHeld = 1000;

interface Pause {
  /** Settles when the current request to the host, and all queued before, have their reply. */
  last: Promise<void>;
  /** Earliest next request, on the clock of `performance`, in ms. */
  free: number;
  /** Requests running or queued. */
  waiting: number;
  /** Why nobody asks, or waits, until then. */
  refusal?: Error;
}

interface Rest {
  readonly seconds: number;
  readonly refusal?: Error;
}

/** Queues requests to each host: one after another, with a pause after each reply. */
export class HostPauses {
  readonly #hosts = new Map<string, Pause>();

  /** Runs `ask` in the host's turn; the next turn begins `seconds` after its end. */
  async turn<T>(
    host: string,
    { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
    ask: () => Promise<T>,
  ): Promise<T> {
    const known = this.#hosts.get(host);
    // Requests without a pause need not wait for each other.
    if (known === undefined && seconds === 0) return ask();
    const pause = known ?? this.#begin(host);
    pause.waiting += 1;
    const reply = pause.last.then(async () => {
      try {
        signal.throwIfAborted();
        const left = pause.free - performance.now();
        if (left > 0 && pause.refusal !== undefined) throw pause.refusal;
        delete pause.refusal;
        if (left > 0) await delay(left, undefined, { signal });
        return await ask().finally(() => {
          pause.free = Math.max(pause.free, performance.now() + seconds * 1000);
        });
      } finally {
        pause.waiting -= 1;
      }
    });
    pause.last = reply.then(nothing, nothing);
    return abortable(reply, signal);
  }

  /** Pauses a host for everybody: requests wait, or fail with `refusal`. */
  rest(host: string, { seconds, refusal }: Rest): void {
    const pause = this.#hosts.get(host) ?? this.#begin(host);
    pause.free = Math.max(pause.free, performance.now() + seconds * 1000);
    if (refusal !== undefined) pause.refusal = refusal;
  }

  /** Most hosts to remember. */
  get held(): number {
    return this.#hosts.size;
  }

  #begin(host: string): Pause {
    if (this.#hosts.size >= mostHeld) this.#forget(performance.now());
    const pause = { last: Promise.resolve(), free: 0, waiting: 0 };
    this.#hosts.set(host, pause);
    return pause;
  }

  #forget(now: number): void {
    for (const [host, { free, waiting }] of this.#hosts) {
      if (waiting === 0 && free <= now) this.#hosts.delete(host);
    }
  }
}

function nothing(): void {
  // Fails all waiting requests.
}
