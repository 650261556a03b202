import { availableParallelism } from 'node:os';
import { laneRoom } from '@graft/engine';
import type { ExecutionBackend, StepRequest, StepResult } from '@graft/graph';
import type { WorkerOptions } from '@graft/worker/protocol';
import { WorkerPool } from './worker-pool.ts';

/** How far models and trainers stand back behind light steps, the server and the screen when cores are short. */
const modelNiceness = 5;

export interface SupervisorOptions {
  /** Path of the worker's entry: `main.ts`, or a bundle of it. */
  readonly entry: string;
  readonly worker: WorkerOptions;
  /** Called when it is closed while cancelled trainings still save. */
  readonly savesOnClose?: () => void;
}

/**
 * Runs steps in worker processes by their lane. Light and bulk steps have one each while they run, since such
 * work may hold its thread; steps that use models share one, which keeps the models, and steps that read the web
 * another, which keeps the pauses of each site. So a step that spins or dies stops no step of another lane, and no
 * light one at all.
 */
export class WorkerSupervisor implements ExecutionBackend, AsyncDisposable {
  readonly #single: WorkerPool;
  readonly #models: WorkerPool;
  readonly #web: WorkerPool;

  constructor(options: SupervisorOptions) {
    const { light, bulk } = laneRoom(availableParallelism());
    this.#single = new WorkerPool({ ...options, steps: 'alone', most: light + bulk });
    this.#models = new WorkerPool({
      ...{ ...options, steps: 'together', most: 1 },
      niceness: modelNiceness,
    });
    this.#web = new WorkerPool({ ...options, steps: 'together', most: 1 });
  }

  /** Of the worker processes that run: those with one step each, those with models, and those that read the web. */
  get pids(): Readonly<Record<'single' | 'models' | 'web', readonly number[]>> {
    return { single: this.#single.pids, models: this.#models.pids, web: this.#web.pids };
  }

  execute(
    request: StepRequest,
    hooks: Parameters<ExecutionBackend['execute']>[1],
  ): Promise<StepResult> {
    return this.#poolOf(request).execute(request, hooks);
  }

  /** Ends the workers and whatever they are working on. */
  async [Symbol.asyncDispose](): Promise<void> {
    const pools = [this.#single, this.#models, this.#web];
    await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
  }

  #poolOf({ lane }: StepRequest): WorkerPool {
    if (lane === 'inference' || lane === 'training') return this.#models;
    return lane === 'web' ? this.#web : this.#single;
  }
}
