import { setTimeout as delay } from 'node:timers/promises';

/** Hosts whose pause may have ended long ago. */
const mostHeld = 1000;

/** When each host may be asked again, for all who ask by it. */
export class HostPauses {
  /** On the clock of `performance`, in ms. */
  readonly #free = new Map<string, number>();

  /** Waits for the host's turn; the next has to wait `seconds` from then on. */
  async turn(host: string, seconds: number, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#free.get(host) ?? 0);
    if (this.#free.size >= mostHeld) this.#forget(now);
    this.#free.set(host, at + seconds * 1000);
    if (at > now) await delay(at - now, undefined, { signal });
  }

  /** Hosts that are remembered. */
  get held(): number {
    return this.#free.size;
  }

  #forget(now: number): void {
    for (const [host, at] of this.#free) if (at <= now) this.#free.delete(host);
  }
}
