/** What is still under way, whoever waits for it or has given up: so that its owner ends after it. */
export class PendingWork {
  readonly #work = new Set<Promise<void>>();

  /** Counts `work` until it is settled. Its failure is not this one's to tell. */
  follow(work: Promise<unknown>): void {
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    this.#work.add(ended);
    void ended.then(() => this.#work.delete(ended));
  }

  /** Once all that is under way now is settled. */
  async settled(): Promise<void> {
    await Promise.all(this.#work);
  }
}

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

/**
 * One call of an expensive question at a time, whose answer all get who asked before it began. Who asks while
 * it is under way may know of something newer: they share the next one.
 */
export class SharedCall<T> {
  readonly #ask: () => Promise<T>;
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  /** An answer that was looked for after this call. */
  call(): Promise<T> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<T> {
    this.#next = undefined;
    const running = this.#ask().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}

/**
 * A promise that does not outlast the signal: rejects with the signal's reason as soon as it aborts. The work goes
 * on, for whoever else waits for it; what it comes to is nobody's error any more.
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(reasonOf(signal));
    };
  });
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
