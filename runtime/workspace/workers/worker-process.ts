import type {
  ExecutionBackend,
  GraphError,
  LoadedModel,
  StepRequest,
  StepResult,
} from '@graft/graph';
import { ForkedProcess, type ProcessExit } from '@graft/kit';
import { readFromWorker, type ToWorker, type WorkerOptions } from '@graft/worker/protocol';

/** A step from when it is handed over until it has ended. */
export interface PendingStep {
  readonly id: number;
  readonly request: StepRequest;
  readonly hooks: Parameters<ExecutionBackend['execute']>[1];
  /** A process died with it and others inside: it is run without others until it is known who did it. */
  suspect: boolean;
  /** It leaves checkpoints: cancelled, it may take longer than its run waits for it. */
  saves: boolean;
  /** Its run has ended without it: what it still reports is for nobody. */
  left: boolean;
  waitingSince: number;
  resolve(result: StepResult): void;
  reject(error: GraphError): void;
}

export interface WorkerProcessOptions {
  /** Path of the worker's entry: `main.ts`, or a bundle of it. */
  readonly entry: string;
  readonly worker: WorkerOptions;
  /** How much nicer than this process: it gets its turn later where cores are short. */
  readonly niceness?: number;
  /** For steps under suspicion, one at a time. */
  readonly cell: boolean;
}

export interface WorkerProcessEvents {
  /** It can take steps. */
  ready(process: WorkerProcess): void;
  /** A step in it has given its result, or failed. */
  ended(process: WorkerProcess, step: PendingStep, end: StepEnd): void;
  exit(process: WorkerProcess, exit: ProcessExit): void;
}
export type StepEnd =
  | { readonly type: 'done'; readonly result: StepResult }
  | { readonly type: 'failed'; readonly problem: Parameters<typeof GraphError.fromProblem>[0] };

/** One worker process and the steps that are in it. */
export class WorkerProcess {
  readonly cell: boolean;
  readonly steps = new Map<number, PendingStep>();
  ready = false;
  /** Those in its memory. */
  models: readonly LoadedModel[] = [];
  /** Counts milliseconds; for choosing the one that was used last. */
  lastUsed = 0;
  readonly #process: ForkedProcess<ToWorker>;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: WorkerProcessOptions, events: WorkerProcessEvents) {
    this.cell = options.cell;
    this.#process = new ForkedProcess<ToWorker>(
      options.entry,
      {
        message: (raw) => {
          this.#receive(raw, events);
        },
        exit: (exit) => {
          clearTimeout(this.#idle);
          events.exit(this, exit);
        },
      },
      options.niceness === undefined ? {} : { niceness: options.niceness },
    );
    this.#process.send({ type: 'open', options: options.worker });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether it takes steps: opened, and not about to end. */
  get open(): boolean {
    return this.ready && this.#process.connected && !this.killed;
  }

  /** Whether this side has ended it. */
  get killed(): boolean {
    return this.#process.killed;
  }

  get exited(): Promise<void> {
    return this.#process.exited;
  }

  run(step: PendingStep): void {
    clearTimeout(this.#idle);
    this.lastUsed = performance.now();
    this.steps.set(step.id, step);
    this.#process.send({ type: 'execute', id: step.id, request: step.request });
  }

  cancel(step: PendingStep): void {
    this.#process.send({ type: 'cancel', id: step.id });
  }

  /** Ends it, or does what is given, unless it gets something to do within that time. */
  endAfter(ms: number, end = (): void => this.kill()): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(end, ms);
    this.#idle.unref();
  }

  kill(): void {
    this.#process.kill();
  }

  #receive(raw: unknown, events: WorkerProcessEvents): void {
    const message = readFromWorker(raw);
    if (message === undefined) return;
    if (message.type === 'ready') {
      this.ready = true;
      events.ready(this);
      return;
    }
    if (message.type === 'models') {
      this.models = message.models;
      return;
    }
    const step = this.steps.get(message.id);
    if (step === undefined) return;
    if (message.type === 'signal') {
      if (message.signal.type === 'checkpoint') step.saves = true;
      if (!step.left) step.hooks.report(message.signal);
      return;
    }
    this.steps.delete(step.id);
    events.ended(this, step, message);
  }
}
