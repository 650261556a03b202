import type { ExperimentEvent, RunStore, UnstampedExperimentEvent } from '@graft/graph';

/** Numbers the events of one run of an experiment and records them in order. Few come, so each is written at once. */
export class ExperimentJournal {
  readonly runId: string;
  readonly #runs: RunStore;
  #seq = 0;
  #writing: Promise<void> = Promise.resolve();
  readonly #waiting: ExperimentEvent[] = [];

  constructor(runs: RunStore, runId: string) {
    this.#runs = runs;
    this.runId = runId;
  }

  /** Numbers an event and has it written; what cannot be written stays for `flush`. */
  emit(event: UnstampedExperimentEvent): ExperimentEvent {
    this.#seq += 1;
    const stamped: ExperimentEvent = {
      ...{ seq: this.#seq, runId: this.runId, at: Date.now() },
      ...event,
    };
    this.#waiting.push(stamped);
    void this.flush().catch(() => undefined);
    return stamped;
  }

  /** Resolves when all is durable; rejects with what kept it from being written. */
  flush(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    return this.#writing;
  }

  /** Events after `seq` that are not durable yet. */
  pending(seq: number): ExperimentEvent[] {
    return this.#waiting.filter((event) => event.seq > seq);
  }

  /** Puts an event in the place of one with its number; false when that is durable already. */
  amend(event: ExperimentEvent): boolean {
    const at = this.#waiting.findIndex(({ seq }) => seq === event.seq);
    if (at >= 0) this.#waiting[at] = event;
    return at >= 0;
  }

  async #write(): Promise<void> {
    const events = this.#waiting.slice();
    await this.#runs.appendExperiment(this.runId, events);
    this.#waiting.splice(0, events.length);
  }
}
