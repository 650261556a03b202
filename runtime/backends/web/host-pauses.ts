import { setTimeout as delay } from 'node:timers/promises';
import { abortable } from '@graft/kit';

/** Seconds that are waited for a host that says for how long it is to be left alone. */
export const longestWait = 60;
/** Seconds that a host is believed which asks to be left alone for longer. */
const longestRest = 3600;
/** Seconds that a host is left alone which does not say for how long. */
const usualRest = 60;

/** Of a reply that the host, and not the page, gives: it has too much to do. */
export interface Busy {
  readonly status: number;
  /** For how long it asks to be left alone; undefined where it does not say. */
  readonly seconds: number | undefined;
}

/**
 * What a reply says of its host (RFC 9110, 15.6.4; RFC 6585, 4); undefined where it is of the page alone. One of 503 that does not
 * say for how long may be of the page.
 */
export function busyHost(status: number, retryAfter: string | undefined): Busy | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const seconds = secondsOf(retryAfter?.trim() ?? '');
  return status === 503 && seconds === undefined ? undefined : { status, seconds };
}

/** Of a number, or of a date, which may have passed. */
function secondsOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const date = /GMT$/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** For how long it is left alone, in seconds, and when that ends, for people. */
export function restOf({ seconds = usualRest }: Busy): { seconds: number; until: string } {
  const rest = Math.min(Math.max(seconds, 1), longestRest);
  return { seconds: rest, until: new Date(Date.now() + rest * 1000).toISOString().slice(11, 19) };
}

/** Hosts whose pause may have ended long ago. */
const mostHeld = 1000;

interface Pause {
  /** Done when who asks the host now, and all who wait before, have its reply. */
  last: Promise<void>;
  /** When the host may be asked again, on the clock of `performance`, in ms. */
  free: number;
  /** How many ask, or wait to. */
  waiting: number;
  /** Why nobody asks until then, and nobody waits for it either. */
  refusal?: Error;
}

interface Rest {
  readonly seconds: number;
  readonly refusal?: Error;
}

/** When each host may be asked again, for all who ask by it: one after another, with a pause after each reply. */
export class HostPauses {
  readonly #hosts = new Map<string, Pause>();

  /** What `ask` gives, in the host's turn; the next turn begins `seconds` after its end. */
  async turn<T>(
    host: string,
    { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
    ask: () => Promise<T>,
  ): Promise<T> {
    const known = this.#hosts.get(host);
    // Who leaves no pause need not wait for others who leave none.
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

  /** Leaves a host alone for so long, whoever asks: they wait, or are told `refusal` in its place. */
  rest(host: string, { seconds, refusal }: Rest): void {
    const pause = this.#hosts.get(host) ?? this.#begin(host);
    pause.free = Math.max(pause.free, performance.now() + seconds * 1000);
    if (refusal !== undefined) pause.refusal = refusal;
  }

  /** Hosts that are remembered. */
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
  // Whoever asked is told.
}
