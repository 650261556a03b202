import { setImmediate } from 'node:timers/promises';
import type { Executable, Executor, Results } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import type { Parameters } from '../optimizer/adamw.ts';
import type { EncoderModel } from './encoder-model.ts';
import type { EncoderRequest } from './encoder-request.ts';
import type { PairBatch } from './pair-batches.ts';
import { buildPairLossProgram, buildPairProgram, type PairShape } from './pair-program.ts';
import { encoderOptions, shapeOf, type PairShapes } from './pair-shapes.ts';
import { pairFeeds } from './text-feeds.ts';

interface PairProgramsOptions {
  readonly model: EncoderModel;
  readonly executor: Executor;
  readonly request: EncoderRequest;
  readonly shapes: PairShapes;
}

type Kind = 'training' | 'evaluation';

/** The programs of a training, one of each kind and pair of lengths, compiled when first used. */
export class PairPrograms implements AsyncDisposable {
  readonly #options: PairProgramsOptions;
  readonly #compiled = new Map<string, Promise<Executable>>();

  constructor(options: PairProgramsOptions) {
    this.#options = options;
  }

  get trainable(): ReadonlyMap<string, Shape> {
    const shortest = { pairs: 1, negatives: 0, questionLength: 1, passageLength: 1 };
    return this.#build(buildPairLossProgram, shortest).trainable;
  }

  /** Of a batch; each question that counts has the weight 1 / `count`. */
  async run(
    kind: Kind,
    { pairs, counted }: PairBatch,
    setting: {
      readonly count: number;
      readonly parameters: Parameters;
      readonly signal: AbortSignal;
    },
  ): Promise<Results> {
    // A run blocks the thread; between two of them a cancellation can be heard.
    await setImmediate();
    setting.signal.throwIfAborted();
    const shape = this.#shapeOf(pairs);
    const executable = await this.#get(kind, shape);
    const feeds = pairFeeds(pairs, shape, { weight: 1 / setting.count, counted });
    return await executable.run({ ...feeds, ...Object.fromEntries(setting.parameters) });
  }

  /** Compiles what these batches need. */
  async prepare(kind: Kind, batches: Iterable<PairBatch>): Promise<void> {
    for (const { pairs } of batches) await this.#get(kind, this.#shapeOf(pairs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const executable of this.#compiled.values()) {
      await (await executable)[Symbol.asyncDispose]();
    }
  }

  #shapeOf(pairs: PairBatch['pairs']): PairShape {
    const { request, shapes } = this.#options;
    return shapeOf({ pairs }, shapes, request);
  }

  #build(build: typeof buildPairProgram, shape: PairShape): ReturnType<typeof buildPairProgram> {
    const { model, request, shapes } = this.#options;
    return build(model.config, { ...shape, ...encoderOptions(request, shapes.recompute) });
  }

  #get(kind: Kind, shape: PairShape): Promise<Executable> {
    const key = `${kind} ${String(shape.questionLength)} ${String(shape.passageLength)}`;
    const build = kind === 'training' ? buildPairProgram : buildPairLossProgram;
    const { model, executor } = this.#options;
    const known =
      this.#compiled.get(key) ?? executor.compile(this.#build(build, shape).program, model.weights);
    this.#compiled.set(key, known);
    return known;
  }
}
