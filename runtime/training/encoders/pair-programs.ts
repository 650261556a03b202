import type { Executable, Executor, Feeds } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import type { EncoderModel } from './encoder-model.ts';
import type { EncoderRequest } from './encoder-request.ts';
import { passagesOf, type PairBatch } from './pair-batches.ts';
import type { PairComputing } from './pair-objective.ts';
import type { PairWeights } from './pair-places.ts';
import { buildPairLossProgram, buildPairProgram, type PairShape } from './pair-program.ts';
import { encoderOptions, shapeOf, type PairShapes } from './pair-shapes.ts';
import { pairFeeds } from './text-feeds.ts';
import { evenRows } from './text-rows.ts';

interface PairProgramsOptions {
  readonly model: EncoderModel;
  readonly executor: Executor;
  readonly request: EncoderRequest;
  readonly shapes: PairShapes;
}

type Kind = 'training' | 'evaluation';

/** The programs of a training, one of each kind and pair of lengths, compiled when first used. */
export class PairPrograms implements PairComputing<readonly number[]>, AsyncDisposable {
  readonly #options: PairProgramsOptions;
  readonly #compiled = new Map<string, Promise<Executable>>();

  constructor(options: PairProgramsOptions) {
    this.#options = options;
  }

  get trainable(): ReadonlyMap<string, Shape> {
    const [row, room] = [evenRows(1, 1), { pairs: 1, negatives: 0 }];
    const shortest = { ...room, questions: row, passages: row };
    return this.#build(buildPairLossProgram, shortest).trainable;
  }

  compiled(kind: Kind, { pairs }: PairBatch): Promise<Executable> {
    return this.#get(kind, this.#shapeOf(pairs));
  }

  feeds({ pairs }: PairBatch, weights: PairWeights): Feeds {
    return pairFeeds(pairs, this.#shapeOf(pairs), weights);
  }

  tokensOf({ pairs }: PairBatch): number {
    const texts = pairs.flatMap((pair) => [pair.question, ...passagesOf(pair)]);
    return texts.reduce((sum, text) => sum + text.length, 0);
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
    const key = JSON.stringify([kind, shape]);
    const build = kind === 'training' ? buildPairProgram : buildPairLossProgram;
    const { model, executor } = this.#options;
    const known =
      this.#compiled.get(key) ?? executor.compile(this.#build(build, shape).program, model.weights);
    this.#compiled.set(key, known);
    return known;
  }
}
