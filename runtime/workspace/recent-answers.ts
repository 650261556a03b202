import { abortable } from '@graft/kit';

/** What answers weigh that are kept. */
export interface RecentWeights<T> {
  readonly bytesOf: (answer: T) => number;
  /** Of all answers together. */
  readonly most: number;
}

interface Kept<T> {
  readonly answer: Promise<T>;
  /** 0 until it is found. */
  bytes: number;
  found: boolean;
  /** Who waits for it; whoever gives no signal waits for ever. */
  waiting: number;
  readonly finding: AbortController;
}

/**
 * What was found out lately of things that never change, by their keys; of each once at a time. A failure is told to those
 * who waited for it, and then forgotten; what nobody waits for any more is given up.
 */
export class RecentAnswers<T> {
  readonly #most: number;
  readonly #weights: RecentWeights<T> | undefined;
  readonly #known = new Map<string, Kept<T>>();
  #bytes = 0;

  /** Keeps so many answers, and so many bytes: those that were asked for last. */
  constructor(most: number, weights?: RecentWeights<T>) {
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
    if (signal === undefined) return kept.answer;
    try {
      return await abortable(kept.answer, signal);
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
      answer: find(finding.signal),
      ...{ bytes: 0, found: false, waiting: 0, finding },
    };
    kept.answer.then(
      (answer) => {
        kept.found = true;
        if (this.#known.get(key) !== kept) return;
        kept.bytes = this.#weights?.bytesOf(answer) ?? 0;
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
