/** Values pushed from several sides, read in order by one reader until it is closed or fails. */
export class MergedQueue<T> implements AsyncIterable<T> {
  #values: T[] = [];
  /** Pushed, and not yet dealt with by the reader. */
  #held = 0;
  #closed = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  push(value: T): void {
    if (this.#closed) return;
    this.#values.push(value);
    this.#held += 1;
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
    this.#release();
  }

  /** Resolves when the reader asks for more than was pushed, or the queue is closed: a source that waits keeps the queue short. */
  emptied(): Promise<void> {
    if (this.#closed || this.#held === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The reader gets what was pushed before, then this error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      const values = this.#values;
      this.#values = [];
      for (const value of values) {
        yield value;
        this.#held -= 1;
      }
      if (this.#held === 0) this.#release();
      if (this.#values.length > 0) continue;
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#closed) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }
}
