/** Work in progress, whoever waits for it or has given up, so that its owner can end after it. */
export class PendingWork {
  readonly #work = new Set<Promise<void>>();

  /** Tracks `work` until it settles; ignores its failure. */
  follow(work: Promise<unknown>): void {
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    this.#work.add(ended);
    void ended.then(() => this.#work.delete(ended));
  }

  /** Resolves once all present work has settled. */
  async settled(): Promise<void> {
    await Promise.all(this.#work);
  }
}

/**
 * Opens a shared resource on first request. Reports a failure to those who waited and then forgets it, because a full
 * disk or lack of memory may be over at the next request.
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

  /** The resource if it is open or opening; opens nothing. */
  get opened(): Promise<T> | undefined {
    return this.#opened;
  }
}

/**
 * Runs one call of an expensive question at a time. All who ask before it begins share its answer. Who asks while it
 * runs may know of something newer: they share the next call.
 */
export class SharedCall<T> {
  readonly #ask: () => Promise<T>;
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  /** An answer obtained after this call. */
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
 * Rejects with the signal's reason as soon as it aborts. The work goes on for others who wait for it; its later failure
 * is ignored.
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
