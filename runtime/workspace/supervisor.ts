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
}

/**
 * Runs steps in worker processes by their lane. Light and bulk steps have one each while they run, since such
 * work may hold its thread; steps that use models share one, which keeps the models. So a step that spins or
 * dies stops no step of another lane, and no light one at all.
 */
export class WorkerSupervisor implements ExecutionBackend, AsyncDisposable {
  readonly #single: WorkerPool;
  readonly #models: WorkerPool;

  constructor(options: SupervisorOptions) {
    const { light, bulk } = laneRoom(availableParallelism());
    this.#single = new WorkerPool({ ...options, steps: 'alone', most: light + bulk });
    this.#models = new WorkerPool({
      ...{ ...options, steps: 'together', most: 1 },
      niceness: modelNiceness,
    });
  }

  /** Of the worker processes that run: those with one step each, and those with models. */
  get pids(): { readonly single: readonly number[]; readonly models: readonly number[] } {
    return { single: this.#single.pids, models: this.#models.pids };
  }

  execute(
    request: StepRequest,
    hooks: Parameters<ExecutionBackend['execute']>[1],
  ): Promise<StepResult> {
    const hasModels = request.lane === 'inference' || request.lane === 'training';
    return (hasModels ? this.#models : this.#single).execute(request, hooks);
  }

  /** Ends the workers and whatever they are working on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#single[Symbol.asyncDispose](), this.#models[Symbol.asyncDispose]()]);
  }
}
