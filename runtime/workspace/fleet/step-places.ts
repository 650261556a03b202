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

/** Milliseconds: a shorter wait that is over is not worth a word, nor one that may be over soon. */
const shortest = 1_000;
const shortestYet = 5_000;

type WaitReason = 'slots' | 'memory' | 'worker';

/** What a queued step waits for, as its coordinator sees it at each look. */
export class StepWait {
  readonly #memory: number;
  readonly #queue: string;
  readonly #since: number;
  readonly #looks = new Map<WaitReason, number>();
  #takers = 0;
  #told: WaitReason | undefined;

  /** `now`: milliseconds of a clock that nobody sets. */
  constructor(request: StepRequest, now = performance.now()) {
    this.#memory = request.memory ?? 0;
    this.#queue = queueOf(request);
    this.#since = now;
  }

  /** `takers`: the workers that could take it. Says what it waits for, once it has waited for a while and if that is new. */
  look(takers: readonly SeenWorker[], now = performance.now()): string | undefined {
    const hasSlot = takers.some(({ running, slots }) => running < slots);
    // A worker with a free slot takes what its memory holds.
    const reason = takers.length === 0 ? 'worker' : hasSlot ? 'memory' : 'slots';
    this.#looks.set(reason, (this.#looks.get(reason) ?? 0) + 1);
    if (takers.length > 0) this.#takers = takers.length;
    if (now - this.#since < shortestYet || reason === this.#told) return undefined;
    this.#told = reason;
    return `The step waits${this.#forWhat(reason, 'are')}.`;
  }

  /** The wait until now, and what it was for most of the time; undefined: it was short. */
  text(now = performance.now()): string | undefined {
    const ms = now - this.#since;
    const [most] = [...this.#looks].sort(([, a], [, b]) => b - a);
    if (ms < shortest || most === undefined) return undefined;
    const seconds = String(Math.round(ms / 1_000));
    return `The step waited ${seconds} s${this.#forWhat(most[0], 'were')}.`;
  }

  #forWhat(reason: WaitReason, verb: string): string {
    if (reason === 'worker') return ` for a worker that takes ${this.#queue}`;
    if (reason === 'slots') {
      const workers = this.#takers === 1 ? 'the worker' : `${String(this.#takers)} workers`;
      return `: all slots of ${workers} ${verb} taken`;
    }
    if (this.#memory === 0) return '';
    return ` for memory: it needs ${String(Math.ceil(this.#memory / 1e6))} MB`;
  }
}

/** Why a worker got a step. */
export function whyThere(queue: string, takers: readonly SeenWorker[]): string {
  return takers.length > 1
    ? `the first of ${plural(takers.length, 'worker')} with room`
    : `no other worker takes ${queue}`;
}
