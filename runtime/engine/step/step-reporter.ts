import type { CheckpointReport, StepSignal } from '@graft/graph';

/** Milliseconds between two progress reports of a step. */
const progressEvery = 50;
/** Milliseconds that tokens are gathered for. */
const tokensEvery = 40;

/** Thins out what a step reports: the newest progress and whole runs of tokens, never losing the last. */
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

  checkpoint(checkpoint: CheckpointReport): void {
    this.flush();
    this.#send({ type: 'checkpoint', checkpoint });
  }

  /** Of several things that it waits for at once, the step has not come on before the last is there. */
  waiting(waiting: boolean): void {
    const before = this.#waits;
    this.#waits += waiting ? 1 : -1;
    if (before === 0 || this.#waits === 0) this.#send({ type: 'waiting', waiting });
  }

  log(signal: Extract<StepSignal, { type: 'log' }>): void {
    this.flush();
    this.#send(signal);
  }

  /** Sends what waits, at once. */
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
