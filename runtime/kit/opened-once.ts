/**
 * What is opened when it is first asked for, and shared from then on. A failure is told to those who waited for
 * it and then forgotten: a full disk, or no free memory, may be over when the next one asks.
 */
export class OpenedOnce<T> {
  readonly #open: () => Promise<T>;
  #opened: Promise<T> | undefined;

  constructor(open: () => Promise<T>) {
    this.#open = open;
  }

  get(): Promise<T> {
    if (this.#opened !== undefined) return this.#opened;
    const opened = this.#open();
    this.#opened = opened;
    opened.catch(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return opened;
  }

  /** What there is, or is being opened; opens nothing. */
  get opened(): Promise<T> | undefined {
    return this.#opened;
  }
}
