import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { laneRoom } from '@graft/engine';
import type { ExecutionBackend, LoadedModel, StepRequest, StepResult } from '@graft/graph';
import type { WorkerOptions } from '@graft/worker/protocol';
import { WorkerPool } from './worker-pool.ts';

/** Niceness of models and trainers, so that light steps, the server and the screen get scarce cores first. */
const modelNiceness = 5;

/** The entry of a process: its source, or its bundle beside this one's. */
export function processEntry(name: 'worker' | 'converter'): string {
  const source = name === 'worker' ? 'main' : name;
  const path = import.meta.url.endsWith('.ts') ? `../../worker/${source}.ts` : `./${name}.mjs`;
  return fileURLToPath(new URL(path, import.meta.url));
}

export interface SupervisorOptions {
  /** Path of the worker's entry: `main.ts`, or a bundle of it. */
  readonly entry: string;
  readonly worker: WorkerOptions;
  /** Called when it is closed while cancelled trainings still save. */
  readonly savesOnClose?: () => void;
}

/**
 * Runs steps in worker processes by their lane. Each light or bulk step has a process of its own, because such work may
 * block its thread. Steps that use models share a process, which keeps the models loaded; steps that read the web share
 * another, which keeps the pauses for each site. A step that hangs or crashes thus never stops one of another lane, nor
 * any light step.
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

  /** Ids of the running worker processes: with a single step, with models, and for the web. */
  get pids(): Readonly<Record<'single' | 'models' | 'web', readonly number[]>> {
    return { single: this.#single.pids, models: this.#models.pids, web: this.#web.pids };
  }

  /** In the memory of its processes. */
  get models(): readonly LoadedModel[] {
    return this.#models.models;
  }

  execute(
    request: StepRequest,
    hooks: Parameters<ExecutionBackend['execute']>[1],
  ): Promise<StepResult> {
    return this.#poolOf(request).execute(request, hooks);
  }

  /** Ends the workers and their steps. */
  async [Symbol.asyncDispose](): Promise<void> {
    const pools = [this.#single, this.#models, this.#web];
    await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
  }

  #poolOf({ lane }: StepRequest): WorkerPool {
    if (lane === 'inference' || lane === 'training') return this.#models;
    return lane === 'web' ? this.#web : this.#single;
  }
}
