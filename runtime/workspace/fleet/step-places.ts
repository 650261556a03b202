import { plural, type StepRequest } from '@graft/graph';
import type { SeenWorker, WorkerFacts } from '@graft/store/database';
import { queueOf } from './step-queues.ts';

/** What a coordinator's installation has to have in common with a worker. */
export interface Installation {
  /** See `installationVersion`. */
  readonly version: string;
  /** Where artifacts are. */
  readonly store: WorkerFacts['store'];
}

/** Whether a worker takes steps of this installation. */
export function fits({ version, store }: Installation): (worker: SeenWorker) => boolean {
  return (worker) =>
    worker.version === version && worker.store === store && worker.state?.isDraining !== true;
}

/** Why a step does not go to a worker; undefined where there are none. */
export function whyHere(
  request: StepRequest,
  workers: readonly SeenWorker[],
  { version, store }: Installation,
): string | undefined {
  if (workers.length === 0) return undefined;
  if (request.volatile === true) return 'the step looks at the workspace each time';
  const queue = queueOf(request);
  const takers = workers.filter(({ queues }) => queues.includes(queue));
  const [first] = takers;
  if (first === undefined) return `no worker takes ${queue}`;
  const who = takers.length === 1 ? `the worker ${first.shown}` : `each worker that takes ${queue}`;
  const same = takers.filter((worker) => worker.version === version);
  if (same.length === 0) return `${who} has another version of Graft`;
  if (same.every((worker) => worker.store !== store)) return `${who} keeps artifacts elsewhere`;
  return `${who} takes no more steps`;
}

/** Milliseconds: a shorter wait is not worth a word. */
const shortest = 1_000;

type WaitReason = 'slots' | 'memory' | 'worker';

/** What a queued step waits for, as its coordinator sees it at each look. */
export class StepWait {
  readonly #memory: number;
  readonly #queue: string;
  readonly #since: number;
  readonly #looks = new Map<WaitReason, number>();
  #takers = 0;

  /** `now`: milliseconds of a clock that nobody sets. */
  constructor(request: StepRequest, now = performance.now()) {
    this.#memory = request.memory ?? 0;
    this.#queue = queueOf(request);
    this.#since = now;
  }

  /** `takers`: the workers that could take it. */
  look(takers: readonly SeenWorker[]): void {
    const hasSlot = takers.some(({ running, slots }) => running < slots);
    // A worker with a free slot takes what its memory holds.
    const reason = takers.length === 0 ? 'worker' : hasSlot ? 'memory' : 'slots';
    this.#looks.set(reason, (this.#looks.get(reason) ?? 0) + 1);
    if (takers.length > 0) this.#takers = takers.length;
  }

  /** The wait until now, and what it was for most of the time; undefined: it was short. */
  text(now = performance.now()): string | undefined {
    const ms = now - this.#since;
    const [most] = [...this.#looks].sort(([, a], [, b]) => b - a);
    if (ms < shortest || most === undefined) return undefined;
    const waited = `The step waited ${String(Math.round(ms / 1_000))} s`;
    const [reason] = most;
    if (reason === 'worker') return `${waited} for a worker that takes ${this.#queue}.`;
    if (reason === 'slots') {
      const one = this.#takers === 1;
      return `${waited}: all slots of ${one ? 'the worker' : `${String(this.#takers)} workers`} were taken.`;
    }
    if (this.#memory === 0) return `${waited}.`;
    return `${waited} for memory: it needs ${String(Math.ceil(this.#memory / 1e6))} MB.`;
  }
}

/** Why a worker got a step. */
export function whyThere(queue: string, takers: readonly SeenWorker[]): string {
  return takers.length > 1
    ? `the first of ${plural(takers.length, 'worker')} with room`
    : `no other worker takes ${queue}`;
}
