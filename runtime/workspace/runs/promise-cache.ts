import { abortable } from '@graft/kit';

/** How large the cached values are. */
export interface CacheWeights<T> {
  readonly bytesOf: (value: T) => number;
  /** Bytes of all values together. */
  readonly most: number;
}

interface Kept<T> {
  readonly value: Promise<T>;
  /** 0 until it is found. */
  bytes: number;
  found: boolean;
  /** Callers that wait for it; one without a signal waits for ever. */
  waiting: number;
  readonly finding: AbortController;
}

/**
 * Caches promises by key, the least recently used first out. It computes each key once at a time, rejects the callers
 * that wait for a failure and forgets it, and aborts a computation that nobody waits for any more.
 */
export class PromiseCache<T> {
  readonly #most: number;
  readonly #weights: CacheWeights<T> | undefined;
  readonly #known = new Map<string, Kept<T>>();
  #bytes = 0;

  /** `most` counts the values that are kept; `weights` limits their bytes too. */
  constructor(most: number, weights?: CacheWeights<T>) {
    this.#most = most;
    this.#weights = weights;
  }

  /** Throws the reason of `signal` once it aborts. */
  async get(
    key: string,
    find: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    const kept = this.#known.get(key) ?? this.#begin(key, find);
    // The map keeps the order of its entries: set anew, it is the one asked for last.
    this.#known.delete(key);
    this.#known.set(key, kept);
    this.#shrink();
    kept.waiting += 1;
    if (signal === undefined) return kept.value;
    try {
      return await abortable(kept.value, signal);
    } finally {
      kept.waiting -= 1;
      if (kept.waiting === 0 && !kept.found) {
        this.#forget(key, kept);
        kept.finding.abort();
      }
    }
  }

  #begin(key: string, find: (signal: AbortSignal) => Promise<T>): Kept<T> {
    const finding = new AbortController();
    const kept: Kept<T> = {
      value: find(finding.signal),
      ...{ bytes: 0, found: false, waiting: 0, finding },
    };
    kept.value.then(
      (value) => {
        kept.found = true;
        if (this.#known.get(key) !== kept) return;
        kept.bytes = this.#weights?.bytesOf(value) ?? 0;
        this.#bytes += kept.bytes;
        this.#shrink();
      },
      () => {
        this.#forget(key, kept);
      },
    );
    return kept;
  }

  #shrink(): void {
    const most = this.#weights?.most ?? 0;
    for (const [key, kept] of this.#known) {
      if (this.#known.size <= this.#most && this.#bytes <= most) return;
      // What is still being found weighs nothing yet.
      if (this.#known.size > this.#most || kept.bytes > 0) this.#forget(key, kept);
    }
  }

  #forget(key: string, kept: Kept<T>): void {
    if (this.#known.get(key) !== kept) return;
    this.#known.delete(key);
    this.#bytes -= kept.bytes;
  }
}
