import { cancelled } from '@graft/engine';
import { GraphError, type ExecutionBackend, type StepRequest, type StepResult } from '@graft/graph';
import { ForkedProcess, type ProcessExit } from '@graft/kit';
import { processDied } from '@graft/worker/process-exit';
import {
  readFromWorker,
  type FromWorker,
  type ToWorker,
  type WorkerOptions,
} from '@graft/worker/protocol';

/** Milliseconds that a cancelled step has before its process is killed; the contract is 2 s for all of it. */
const patience = 1500;

type WorkerProcess = ForkedProcess<ToWorker>;
type StepHooks = Parameters<ExecutionBackend['execute']>[1];

interface PendingStep {
  readonly request: StepRequest;
  readonly hooks: StepHooks;
  readonly resolve: (result: StepResult) => void;
  readonly reject: (error: GraphError) => void;
  readonly stop: () => void;
}

export interface SupervisorOptions {
  /** Path of the worker's entry: `main.ts`, or a bundle of it. */
  readonly entry: string;
  readonly worker: WorkerOptions;
}

/**
 * Runs steps in a worker process, started with the first step and again after each death. If it dies, the steps
 * in it fail with `worker-died` or `out-of-memory`. A step that ignores its cancellation is ended with the
 * process; other steps then in it start again in the next one.
 */
export class WorkerSupervisor implements ExecutionBackend, AsyncDisposable {
  readonly #options: SupervisorOptions;
  readonly #pending = new Map<number, PendingStep>();
  #worker: WorkerProcess | undefined;
  #nextId = 1;
  #closed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Of the running worker process. */
  get pid(): number | undefined {
    return this.#worker?.pid;
  }

  async execute(request: StepRequest, hooks: StepHooks): Promise<StepResult> {
    if (hooks.signal.aborted) throw cancelled(request.node);
    const id = this.#nextId++;
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      this.#worker?.send({ type: 'cancel', id });
      timer = setTimeout(() => this.#worker?.kill(), patience);
    };
    hooks.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<StepResult>((resolve, reject) => {
        const stop = (): void => {
          this.#pending.delete(id);
        };
        this.#pending.set(id, { request, hooks, resolve, reject, stop });
        this.#dispatch(id, request);
      });
    } finally {
      clearTimeout(timer);
      hooks.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends the worker and whatever it is working on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    worker?.kill();
    await worker?.exited;
  }

  #dispatch(id: number, request: StepRequest): void {
    if (this.#closed) {
      const step = this.#pending.get(id);
      step?.stop();
      step?.reject(cancelled(request.node));
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.send({ type: 'execute', id, request });
  }

  #start(): WorkerProcess {
    const worker: WorkerProcess = new ForkedProcess(this.#options.entry, {
      message: (raw) => {
        const message = readFromWorker(raw);
        if (message !== undefined) this.#receive(message);
      },
      exit: (exit) => {
        if (this.#worker === worker) this.#worker = undefined;
        this.#lose(worker, exit);
      },
    });
    worker.send({ type: 'open', options: this.#options.worker });
    return worker;
  }

  #receive(message: FromWorker): void {
    const step = this.#pending.get(message.id);
    if (step === undefined) return;
    if (message.type === 'signal') {
      step.hooks.report(message.signal);
      return;
    }
    step.stop();
    if (message.type === 'done') step.resolve(message.result);
    else step.reject(GraphError.fromProblem(message.problem));
  }

  /** Settles what was in a worker that has ended. */
  #lose(worker: WorkerProcess, exit: ProcessExit): void {
    for (const [id, step] of [...this.#pending]) {
      const { request, hooks } = step;
      if (worker.killed && !this.#closed && !hooks.signal.aborted) {
        // Ended for the sake of another step.
        this.#dispatch(id, request);
        continue;
      }
      step.stop();
      const aborted = hooks.signal.aborted || this.#closed;
      step.reject(aborted ? cancelled(request.node) : processDied(exit));
    }
  }
}
