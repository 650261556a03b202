import { setImmediate } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import {
  gradientName,
  type ProgramKind,
  type TrainingProgram,
} from '../architectures/training-program.ts';
import type { Executable, Executor, Feeds, WeightLookup } from '../ir/executor.ts';
import type { Parameters } from '../optimizer/adamw.ts';

/** Input of one run of a program. */
export interface Batch<Sizes> {
  /** Key of its program: batches of equal sizes share one. */
  readonly sizes: Sizes;
  /**
   * Every input of the program except the parameters. Rows with `weights` above 0 count; weights add up to 1 over the
   * batches of a step, so that losses and gradients do not depend on how a step is split.
   */
  readonly feeds: () => Feeds;
  /** Tokens read, without padding; absent if no text is read. */
  readonly tokens?: number;
}

/** What a training minimizes: its programs, and the inputs of each step. */
export interface Objective<Sizes> {
  /** Of all programs that may be compiled. */
  readonly sizes: readonly Sizes[];
  readonly build: (kind: ProgramKind, sizes: Sizes) => TrainingProgram;
  /** Batches of an optimizer step, counted from 0. The same step gives the same, despite interruptions. */
  readonly batches: (step: number) => readonly Batch<Sizes>[];
  /** In parts, each of which rounds its share of right answers. Empty if there is nothing to evaluate on. */
  readonly evaluation: readonly (readonly Batch<Sizes>[])[];
}

/** Result of several batches together. */
export interface BatchLoss {
  /** Mean over the counted rows. */
  readonly loss: number;
  /** Share of the counted rows whose answer is right. */
  readonly accuracy: number;
  /** Absent if no text is read. */
  readonly tokens?: number;
}

interface ComputationSetting {
  readonly executor: Executor;
  /** The model's frozen weights. */
  readonly weights?: WeightLookup | undefined;
  readonly parameters: Parameters;
  readonly signal: AbortSignal;
}

/** Runs an objective's batches in programs compiled on first use. */
export class Computation<Sizes> implements AsyncDisposable {
  readonly #objective: Objective<Sizes>;
  readonly #setting: ComputationSetting;
  readonly #compiled = new Map<string, Promise<Executable>>();

  constructor(objective: Objective<Sizes>, setting: ComputationSetting) {
    this.#objective = objective;
    this.#setting = setting;
  }

  get evaluates(): boolean {
    return this.#objective.evaluation.length > 0;
  }

  /** Compiles the programs of the first steps, so that the first step is as fast as the others. */
  async prepare(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      for (const { sizes } of this.#objective.batches(step)) await this.#program('training', sizes);
    }
  }

  /** Loss and gradients of an optimizer step, summed over its batches in order. */
  async step(step: number): Promise<BatchLoss & { readonly gradients: Parameters }> {
    const gradients = new Map<string, Float32Array>();
    const sums = await this.#run('training', this.#objective.batches(step), gradients);
    const { loss, right, counted, tokens } = sums;
    return { loss, accuracy: right / counted, ...(tokens !== undefined && { tokens }), gradients };
  }

  async evaluate(): Promise<BatchLoss> {
    const parts = [];
    for (const part of this.#objective.evaluation) parts.push(await this.#run('evaluation', part));
    const counted = parts.reduce((sum, part) => sum + part.counted, 0);
    return {
      loss: parts.reduce((sum, { loss }) => sum + loss, 0),
      accuracy: parts.reduce((sum, { right }) => sum + right / counted, 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const executable of this.#compiled.values()) {
      await (await executable)[Symbol.asyncDispose]();
    }
  }

  async #run(
    kind: ProgramKind,
    batches: readonly Batch<Sizes>[],
    gradients?: Map<string, Float32Array>,
  ) {
    const { parameters, signal } = this.#setting;
    const sums = { loss: 0, right: 0, counted: 0 };
    let tokens: number | undefined;
    for (const batch of batches) {
      // A run blocks the thread; between two runs a cancellation can arrive.
      await setImmediate();
      signal.throwIfAborted();
      const executable = await this.#program(kind, batch.sizes);
      const feeds = batch.feeds();
      const results = await executable.run({ ...feeds, ...Object.fromEntries(parameters) });
      sums.loss += results['loss']?.[0] ?? NaN;
      for (const [row, weight] of (feeds['weights'] ?? []).entries()) {
        if (weight <= 0) continue;
        sums.counted += 1;
        sums.right += results['correct']?.[row] ?? NaN;
      }
      if (batch.tokens !== undefined) tokens = (tokens ?? 0) + batch.tokens;
      for (const name of gradients === undefined ? [] : parameters.keys()) {
        addGradient(gradients, name, results[gradientName(name)]);
      }
    }
    return { ...sums, tokens };
  }

  #program(kind: ProgramKind, sizes: Sizes): Promise<Executable> {
    const { executor, weights } = this.#setting;
    const key = JSON.stringify([kind, sizes]);
    const known =
      this.#compiled.get(key) ??
      executor.compile(this.#objective.build(kind, sizes).program, weights);
    this.#compiled.set(key, known);
    return known;
  }
}

function addGradient(
  sums: Map<string, Float32Array> | undefined,
  name: string,
  gradient: Float32Array | undefined,
): void {
  if (gradient === undefined) {
    throw new GraphError('internal', `a step gave no gradient of "${name}"`, {
      audience: 'developer',
    });
  }
  const sum = sums?.get(name);
  if (sum === undefined) sums?.set(name, gradient);
  else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (gradient[i] ?? NaN);
}
