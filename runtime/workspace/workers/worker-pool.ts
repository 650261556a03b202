import { cancelled, outsideRuns } from '@graft/engine';
import {
  GraphError,
  type ExecutionBackend,
  type LoadedModel,
  type StepRequest,
  type StepResult,
} from '@graft/graph';
import type { ProcessExit } from '@graft/kit';
import { processDied } from '@graft/worker/process-exit';
import {
  WorkerProcess,
  type PendingStep,
  type StepEnd,
  type WorkerProcessOptions,
} from './worker-process.ts';

/** Milliseconds that a cancelled step has before its process is killed; the contract is 2 s for all of it. */
const patience = 1500;
/** Milliseconds after that for one that saves: longer than a trainer takes before it is killed by its own worker. */
const savePatience = 70_000;
/** Milliseconds that a step waits for a process that is there before another one is started. */
const growAfter = 100;
/** Milliseconds after which an idle process ends: one of several, and the last one. */
const usualIdle = { spare: 30_000, last: 600_000 };
/** Processes for suspects at once. */
const mostCells = 2;
/** Processes in a row that may die before they could take a step. */
const mostFailedStarts = 2;

export interface PoolOptions extends Omit<WorkerProcessOptions, 'cell'> {
  /** `alone`: a process has one step at a time. `together`: one process has all of them, and shares their models. */
  readonly steps: 'alone' | 'together';
  /** Processes at once, those for suspects apart. */
  readonly most: number;
  /** Other times after which idle processes end, for tests. */
  readonly idle?: { readonly spare: number; readonly last: number };
  /** Called once when the pool is closed while cancelled steps still save. */
  readonly savesOnClose?: () => void;
}

type StepHooks = Parameters<ExecutionBackend['execute']>[1];

/**
 * Worker processes of one kind, started when there is work for them and ended when there has been none for a
 * while. A process that dies with one step in it fails that step (`worker-died`, `out-of-memory`). One that dies
 * with several makes them suspects: each is run again by itself, so that only the guilty one fails. A step that
 * ignores its cancellation is ended with its process, and the others in it are run again. One that leaves checkpoints
 * is left alone for a while instead: its run ends, and it saves in the background.
 */
export class WorkerPool implements ExecutionBackend, AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #processes = new Set<WorkerProcess>();
  /** Steps that no process has yet, the next first. */
  #waiting: PendingStep[] = [];
  #nextId = 1;
  #failedStarts = 0;
  /** When the newest process became ready: until then nobody waits for want of processes. */
  #readyAt = 0;
  /** Suspects are tried one at a time after memory ran out: two at once might run out of it again. */
  #cells = mostCells;
  #grow: NodeJS.Timeout | undefined;
  #closed = false;
  /** Cancelled steps that are still in a process. */
  readonly #saving = new Set<PendingStep>();
  #allSaved = (): void => undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Of the processes that run. */
  get pids(): number[] {
    return [...this.#processes].flatMap(({ pid }) => pid ?? []);
  }

  /** In the memory of its processes. */
  get models(): LoadedModel[] {
    return [...this.#processes].flatMap(({ models }) => models);
  }

  execute(request: StepRequest, hooks: StepHooks): Promise<StepResult> {
    const { node } = request;
    const { signal } = hooks;
    if (signal.aborted || this.#closed) return Promise.reject(cancelled(node));
    let timer: NodeJS.Timeout | undefined;
    return new Promise<StepResult>((resolve, reject) => {
      const step: PendingStep = {
        ...{ id: this.#nextId++, request, hooks, resolve, reject },
        // Its first try ended with its process.
        suspect: (request.attempt ?? 1) > 1,
        ...{ saves: false, left: false },
        waitingSince: performance.now(),
      };
      const onAbort = (): void => {
        timer = this.#cancel(step);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const settled = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      step.resolve = (result) => {
        settled();
        resolve(result);
      };
      step.reject = (error) => {
        settled();
        reject(error);
      };
      this.#waiting.push(step);
      this.#dispatch();
    });
  }

  /** Ends the processes and whatever they are working on; cancelled steps that still save are waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#grow);
    for (const step of this.#waiting.splice(0)) step.reject(cancelled(step.request.node));
    if (this.#saving.size > 0) {
      this.#options.savesOnClose?.();
      await new Promise<void>((resolve) => {
        this.#allSaved = resolve;
      });
    }
    const processes = [...this.#processes];
    for (const process of processes) process.kill();
    await Promise.all(processes.map(({ exited }) => exited));
  }

  /** Returns the timer after which the step's process is killed, where one has it. */
  #cancel(step: PendingStep): NodeJS.Timeout | undefined {
    const process = [...this.#processes].find(({ steps }) => steps.has(step.id));
    if (process === undefined) {
      this.#waiting = this.#waiting.filter((one) => one !== step);
      step.reject(cancelled(step.request.node));
      this.#dispatch();
      return undefined;
    }
    process.cancel(step);
    return setTimeout(() => {
      if (step.saves) this.#leave(process, step);
      else if (!savesCancelled(process)) process.kill();
      else {
        // The process must live until what is beside it is saved; see `#end`.
        step.left = true;
        step.reject(cancelled(step.request.node));
      }
    }, patience);
  }

  /** Lets the run of a cancelled step end while the step saves. */
  #leave(process: WorkerProcess, step: PendingStep): void {
    step.left = true;
    this.#saving.add(step);
    step.reject(cancelled(step.request.node));
    setTimeout(() => {
      if (this.#saving.has(step)) process.kill();
    }, savePatience).unref();
  }

  /** A step is in no process any more. */
  #forget(step: PendingStep): void {
    if (this.#saving.delete(step) && this.#saving.size === 0) this.#allSaved();
  }

  /** Gives waiting steps to processes that have room, light ones first, and starts processes for the rest. */
  #dispatch(): void {
    if (this.#closed) return;
    const left: PendingStep[] = [];
    for (const step of inTurn(this.#waiting)) {
      const process = this.#room(step);
      if (process === undefined) left.push(step);
      else process.run(step);
    }
    // In their old order.
    this.#waiting = this.#waiting.filter((step) => left.includes(step));
    this.#startWhatIsNeeded();
    this.#endWhatIsNot();
  }

  /** The process that takes the step now: of those that have room, the one used last. */
  #room(step: PendingStep): WorkerProcess | undefined {
    const cell = this.#needsCell(step);
    const most = cell || this.#options.steps === 'alone' ? 1 : Number.POSITIVE_INFINITY;
    let found: WorkerProcess | undefined;
    for (const process of this.#processes) {
      if (process.cell !== cell || !process.open) continue;
      if (process.steps.size >= most) continue;
      if (found === undefined || process.lastUsed > found.lastUsed) found = process;
    }
    return found;
  }

  #needsCell({ suspect }: PendingStep): boolean {
    return suspect && this.#options.steps === 'together';
  }

  #startWhatIsNeeded(): void {
    clearTimeout(this.#grow);
    const live = [...this.#processes].filter(({ killed }) => !killed);
    const suspects = this.#waiting.filter((step) => this.#needsCell(step)).length;
    const cells = live.filter(({ cell }) => cell);
    const starting = cells.filter(({ ready }) => !ready).length;
    const free = Math.min(suspects - starting, this.#cells - cells.length);
    for (let i = 0; i < free; i++) this.#start(true);

    const first = this.#waiting.find((step) => !this.#needsCell(step));
    const regular = live.filter(({ cell }) => !cell);
    if (first === undefined || regular.some(({ ready }) => !ready)) return;
    if (regular.length === 0) this.#start(false);
    else if (regular.length < this.#options.most) {
      const since = Math.max(first.waitingSince, this.#readyAt);
      const left = growAfter - (performance.now() - since);
      if (left <= 0) this.#start(false);
      else this.#grow = setTimeout(() => this.#dispatch(), left);
    }
  }

  #endWhatIsNot(): void {
    const idling = [...this.#processes].filter(({ steps, ready }) => ready && steps.size === 0);
    for (const process of idling) if (process.cell) process.kill();
  }

  #start(cell: boolean): void {
    // The run that needs a process first is not the one that whatever happens in it belongs to.
    const started = outsideRuns(() => this.#startProcess(cell));
    this.#processes.add(started);
  }

  #startProcess(cell: boolean): WorkerProcess {
    return new WorkerProcess(
      { ...this.#options, cell },
      {
        ready: (process) => {
          this.#failedStarts = 0;
          this.#readyAt = performance.now();
          this.#dispatch();
          // What it was started for may have found room meanwhile.
          this.#rest(process);
        },
        ended: (process, step, end) => {
          this.#end(process, step, end);
        },
        exit: (process, exit) => {
          this.#processes.delete(process);
          this.#lose(process, exit);
        },
      },
    );
  }

  #end(process: WorkerProcess, step: PendingStep, end: StepEnd): void {
    this.#forget(step);
    if (end.type === 'done') step.resolve(end.result);
    else step.reject(GraphError.fromProblem(end.problem));
    const stuck = [...process.steps.values()].some(({ left }) => left);
    if (stuck && !savesCancelled(process)) process.kill();
    this.#dispatch();
    this.#rest(process);
  }

  /** Has a process without work end after a while: soon if it is one of several, and later if it is the last one then. */
  #rest(process: WorkerProcess): void {
    if (process.steps.size > 0) return;
    const { spare, last } = this.#options.idle ?? usualIdle;
    const isLast = (): boolean =>
      ![...this.#processes].some((other) => other !== process && !other.cell && !other.killed);
    if (isLast()) process.endAfter(last);
    else {
      process.endAfter(spare, () => {
        // The others may have ended in the meantime.
        if (isLast()) process.endAfter(Math.max(0, last - spare));
        else process.kill();
      });
    }
  }

  /** Settles what was in a process that has ended. */
  #lose(process: WorkerProcess, exit: ProcessExit): void {
    const inside = [...process.steps.values()];
    if (!process.ready && !process.killed && ++this.#failedStarts >= mostFailedStarts) {
      this.#failedStarts = 0;
      for (const step of this.#waiting.splice(0)) step.reject(processDied(exit));
    }
    const error = processDied(exit);
    this.#cells = error.code === 'out-of-memory' ? 1 : mostCells;
    const again: PendingStep[] = [];
    for (const step of inside) {
      this.#forget(step);
      if (this.#closed || step.hooks.signal.aborted) step.reject(cancelled(step.request.node));
      // Ended for the sake of another step.
      else if (process.killed) again.push(step);
      else if (inside.length === 1) step.reject(error);
      else again.push(suspected(step, error));
    }
    for (const step of again) step.waitingSince = performance.now();
    this.#waiting.unshift(...again);
    this.#dispatch();
  }
}

function inTurn(waiting: readonly PendingStep[]): PendingStep[] {
  const isLight = ({ request }: PendingStep): boolean => request.lane === 'light';
  return [...waiting.filter(isLight), ...waiting.filter((step) => !isLight(step))];
}

function suspected(step: PendingStep, { message }: GraphError): PendingStep {
  step.suspect = true;
  step.hooks.report({
    type: 'log',
    level: 'warning',
    message: `${message} Other steps ran in the same process, so Graft runs this step again on its own.`,
  });
  return step;
}

/** Whether a cancelled step in the process still saves. */
function savesCancelled({ steps }: WorkerProcess): boolean {
  return [...steps.values()].some(({ saves, hooks }) => saves && hooks.signal.aborted);
}
