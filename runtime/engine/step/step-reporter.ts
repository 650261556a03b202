import type { CheckpointReport, RemoteUsage, StepSignal, StoredCheckpoint } from '@graft/graph';

/** Milliseconds between two progress reports of a step. */
const progressEvery = 50;
/** Milliseconds for which tokens are gathered. */
const tokensEvery = 40;

/** Thins out the reports of a step: keeps the newest progress, joins tokens, and never loses the last report. */
export class StepReporter {
  readonly #send: (signal: StepSignal) => void;
  #progress: StepSignal | undefined;
  #progressAt = 0;
  readonly #tokens = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #waits = 0;

  constructor(send: (signal: StepSignal) => void) {
    this.#send = send;
  }

  progress(signal: Extract<StepSignal, { type: 'progress' }>): void {
    const now = performance.now();
    if (now - this.#progressAt >= progressEvery) {
      this.#progressAt = now;
      this.#progress = undefined;
      this.#send(signal);
      return;
    }
    this.#progress = signal;
    this.#arm(progressEvery);
  }

  token(item: string, text: string): void {
    this.#tokens.set(item, (this.#tokens.get(item) ?? '') + text);
    this.#arm(tokensEvery);
  }

  metrics(signal: Extract<StepSignal, { type: 'metrics' }>): void {
    this.#send(signal);
  }

  spent(usage: RemoteUsage): void {
    this.#send({ type: 'spent', usage });
  }

  checkpoint(checkpoint: CheckpointReport): void {
    this.flush();
    this.#send({ type: 'checkpoint', checkpoint });
  }

  storedCheckpoint(checkpoint: StoredCheckpoint): void {
    this.#send({ type: 'stored-checkpoint', checkpoint });
  }

  /** A step that waits for several things at once continues only once it has all. */
  waiting(waiting: boolean): void {
    const before = this.#waits;
    this.#waits += waiting ? 1 : -1;
    if (before === 0 || this.#waits === 0) this.#send({ type: 'waiting', waiting });
  }

  log(signal: Extract<StepSignal, { type: 'log' }>): void {
    this.flush();
    this.#send(signal);
  }

  /** Sends everything that waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [item, text] of this.#tokens) this.#send({ type: 'token', item, text });
    this.#tokens.clear();
    if (this.#progress === undefined) return;
    this.#progressAt = performance.now();
    this.#send(this.#progress);
    this.#progress = undefined;
  }

  #arm(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, ms);
  }
}
