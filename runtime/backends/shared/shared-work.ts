import { GraphError } from '@graft/graph';

interface Job<Result, Progress> {
  readonly result: Promise<Result>;
  readonly abort: AbortController;
  readonly listeners: Set<(progress: Progress) => void>;
  waiting: number;
}

/** Shares one piece of work among all callers with the same key; stops it when all have given up. */
export class SharedWork<Result, Progress> {
  readonly #jobs = new Map<string, Job<Result, Progress>>();

  async join(
    key: string,
    caller: { readonly signal?: AbortSignal; readonly progress?: (progress: Progress) => void },
    work: (signal: AbortSignal, progress: (progress: Progress) => void) => Promise<Result>,
  ): Promise<Result> {
    const { signal, progress } = caller;
    if (signal?.aborted === true) throw new GraphError('cancelled', 'cancelled');
    // Who starts it hears it from the first word on.
    const listeners = new Set(progress === undefined ? [] : [progress]);
    const job = this.#jobs.get(key) ?? this.#start(key, listeners, work);
    job.waiting++;
    if (progress !== undefined) job.listeners.add(progress);
    let giveUp = (): void => undefined;
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = () => reject(new GraphError('cancelled', 'cancelled'));
    });
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([job.result, givenUp]);
    } finally {
      signal?.removeEventListener('abort', giveUp);
      if (progress !== undefined) job.listeners.delete(progress);
      job.waiting--;
      if (job.waiting === 0 && this.#jobs.get(key) === job) {
        this.#jobs.delete(key);
        job.abort.abort();
      }
    }
  }

  #start(
    key: string,
    listeners: Job<Result, Progress>['listeners'],
    work: (signal: AbortSignal, progress: (progress: Progress) => void) => Promise<Result>,
  ): Job<Result, Progress> {
    const abort = new AbortController();
    const result = work(abort.signal, (progress) => {
      for (const listener of listeners) listener(progress);
    });
    // Waiting callers receive the failure; without any, it is ignored.
    result.catch(() => undefined);
    const job: Job<Result, Progress> = { result, abort, listeners, waiting: 0 };
    this.#jobs.set(key, job);
    return job;
  }
}
