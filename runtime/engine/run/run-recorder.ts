import type { ActionRecord, ActionStore, RunEvent, RunStore, UnstampedEvent } from '@graft/graph';

/** Milliseconds for which events are gathered. */
const flushEvery = 50;
/** Gathered events after which they are written at once. */
const flushAt = 2000;

export interface JournalStores {
  readonly runs: RunStore;
  readonly actions: ActionStore;
}

export interface RecorderHooks {
  /** Called with what kept a batch from being written. */
  readonly failed: (error: unknown) => void;
  /** The number of the last event that is recorded already; default: none is. */
  readonly after?: number;
}

/**
 * Numbers a run's events and writes them in batches. The action records of the steps that a batch reports as finished are
 * written first, so that these steps can be reused. Listeners get events once they are durable: nobody sees a number that
 * a crash could assign again.
 */
export class RunRecorder {
  readonly runId: string;
  readonly #stores: JournalStores;
  #seq: number;
  #events: RunEvent[] = [];
  #records: { readonly record: ActionRecord; readonly durable: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #failure: unknown;
  readonly #listeners = new Set<() => void>();
  readonly #onFailure: (error: unknown) => void;

  constructor(runId: string, stores: JournalStores, { failed, after = 0 }: RecorderHooks) {
    this.runId = runId;
    this.#stores = stores;
    this.#seq = after;
    this.#onFailure = failed;
  }

  /** Numbers and queues an event. */
  emit(event: UnstampedEvent): RunEvent {
    this.#seq += 1;
    const stamped: RunEvent = { seq: this.#seq, runId: this.runId, at: Date.now(), ...event };
    this.#events.push(stamped);
    this.#arm();
    return stamped;
  }

  /** Queues the record of a step. It becomes durable before any event that is emitted later. */
  record(record: ActionRecord, durable: () => void): void {
    this.#records.push({ record, durable });
    this.#arm();
  }

  /** Calls back after each batch has become durable. Returns a function that stops this. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events after `seq` that are not durable yet. */
  pending(seq: number): RunEvent[] {
    return this.#events.filter((event) => event.seq > seq);
  }

  /** Replaces the event with the same number; false if that one is durable already. */
  amend(event: RunEvent): boolean {
    const at = this.#events.findIndex(({ seq }) => seq === event.seq);
    if (at >= 0) this.#events[at] = event;
    return at >= 0;
  }

  /** Resolves when everything queued is durable; rejects with the error of a failed write. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#write());
    await this.#flushing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #arm(): void {
    if (this.#failure !== undefined) return;
    if (this.#events.length === flushAt) {
      this.#flushQuietly();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#flushQuietly();
    }, flushEvery);
  }

  #flushQuietly(): void {
    this.flush().catch(() => {
      // `#write` has called `onFailure`.
    });
  }

  async #write(): Promise<void> {
    const records = this.#records;
    const events = this.#events;
    this.#records = [];
    this.#events = [];
    try {
      if (records.length > 0) {
        await this.#stores.actions.putMany(records.map(({ record }) => record));
        for (const { durable } of records.splice(0)) durable();
      }
      if (events.length > 0) await this.#stores.runs.append(this.runId, events);
      this.#failure = undefined;
    } catch (error) {
      // Kept, so that a later flush can write them once there is space again.
      this.#records = [...records, ...this.#records];
      this.#events = [...events, ...this.#events];
      this.#failure = error;
      this.#onFailure(error);
    }
    for (const listener of this.#listeners) listener();
  }
}
