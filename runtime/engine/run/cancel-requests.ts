import { setTimeout as sleep } from 'node:timers/promises';
import { GraphError, type RunStore } from '@graft/graph';

/** Milliseconds between two looks. */
const lookEvery = 500;

/** A run that this process executes. */
export interface Cancellable {
  readonly run: {
    cancel(): void;
    fail(error: unknown): void;
  };
}

/**
 * Looks, as long as there are live runs, whether another process has asked to cancel one of them. A run whose record
 * has ended meanwhile was taken over by another process, and fails: what it did further could not be recorded.
 */
export class CancelRequests {
  readonly #runs: RunStore;
  readonly #owner: string;
  readonly #live: ReadonlyMap<string, Cancellable>;
  #looking = false;

  constructor(
    runs: RunStore,
    { owner, live }: { owner: string; live: ReadonlyMap<string, Cancellable> },
  ) {
    this.#runs = runs;
    this.#owner = owner;
    this.#live = live;
  }

  /** To call when a run has come alive. */
  watch(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#lookUntilIdle();
  }

  async #lookUntilIdle(): Promise<void> {
    while (this.#live.size > 0) {
      // The runs keep the process alive, as long as there is one; looking for wishes does not.
      await sleep(lookEvery, undefined, { ref: false });
      // A look that failed says nothing; the next one may succeed.
      await this.#look([...this.#live]).catch(() => undefined);
    }
    this.#looking = false;
  }

  async #look(live: readonly (readonly [string, Cancellable])[]): Promise<void> {
    const unfinished = await this.#runs.unfinishedOf(this.#owner);
    const records = new Map(unfinished.map((record) => [record.id, record]));
    for (const [id, { run }] of live) {
      const record = records.get(id);
      if (record === undefined) run.fail(takenOver());
      else if (record.cancelAt !== undefined) run.cancel();
    }
  }
}

function takenOver(): GraphError {
  return new GraphError(
    'store-locked',
    'This process stood still for so long that another one ended its run. Start it again: what was finished is reused.',
    { audience: 'operator' },
  );
}
