import type { BaseModel } from '../architectures/base-model.ts';
import { dropoutFeeds } from '../architectures/dropout.ts';
import { buildLossProgram, buildTrainingProgram } from '../architectures/training-program.ts';
import type { Executable, Executor, Feeds } from '../ir/executor.ts';
import { forwardOptions, programShapes, type LoopRequest } from './training-plan.ts';

export interface ProgramOptions {
  readonly base: BaseModel;
  readonly executor: Executor;
  readonly request: Pick<LoopRequest, 'method'>;
  /** Rows of every program. */
  readonly size: number;
  /** Layers are computed again in the backward pass, to save memory. */
  readonly recompute: boolean;
  /** By row length, places that the head is computed at where these are not all. */
  readonly places: ReadonlyMap<number, number>;
}

/** The programs of a training, one of each kind and row length, compiled when first used. */
export class Programs implements AsyncDisposable {
  readonly #options: ProgramOptions;
  readonly #compiled = new Map<string, Promise<Executable>>();

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  /** Loss, correctness and gradients of rows of this length. */
  training(length: number): Promise<Executable> {
    return this.#get(`training ${length}`, () =>
      buildTrainingProgram(this.#options.base, this.#shapes(length)),
    );
  }

  /** Loss and correctness alone. */
  evaluation(length: number): Promise<Executable> {
    return this.#get(`evaluation ${length}`, () =>
      buildLossProgram(this.#options.base, this.#shapes(length)),
    );
  }

  /** What the training program of these rows needs beside them. */
  dropout({ length }: { readonly length: number }, seed: number): Feeds {
    return dropoutFeeds(this.#options.base.config, this.#shapes(length), seed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const executable of this.#compiled.values()) {
      await (await executable)[Symbol.asyncDispose]();
    }
  }

  #shapes(length: number) {
    const { request, places } = this.#options;
    return forwardOptions(request, programShapes(this.#options, length, places));
  }

  #get(key: string, build: () => ReturnType<typeof buildTrainingProgram>): Promise<Executable> {
    const { base, executor } = this.#options;
    const known = this.#compiled.get(key) ?? executor.compile(build().program, base.weights);
    this.#compiled.set(key, known);
    return known;
  }
}
