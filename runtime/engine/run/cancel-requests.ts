import { setTimeout as sleep } from 'node:timers/promises';
import { GraphError, type RunStore } from '@graft/graph';

/** Milliseconds between two polls. */
const lookEvery = 500;

/** A run that this process executes. */
export interface Cancellable {
  readonly run: {
    cancel(): void;
    fail(error: unknown): void;
  };
}

/**
 * Polls, while there are live runs, whether another process has asked to cancel one of them. If the record of a run has
 * ended meanwhile, another process has taken the run over: it fails here, because its results could not be recorded.
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

  /** Call it when a run starts. */
  watch(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#lookUntilIdle();
  }

  async #lookUntilIdle(): Promise<void> {
    while (this.#live.size > 0) {
      // Only runs keep the process alive, not this timer.
      await sleep(lookEvery, undefined, { ref: false });
      // Ignore a failed poll: the next one may succeed.
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
    'This process was suspended for so long that another process ended its run. Run again: Graft reuses the finished results.',
    { audience: 'operator' },
  );
}
