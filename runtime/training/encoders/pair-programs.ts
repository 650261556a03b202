import { setImmediate } from 'node:timers/promises';
import { chooseBuckets } from '../data/buckets.ts';
import type { Executable, Executor, Results } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import type { Parameters } from '../optimizer/adamw.ts';
import type { EncoderModel } from './encoder-model.ts';
import type { EncoderOptions } from './encoder.ts';
import { passagesOf, type EncoderRequest } from './encoder-request.ts';
import { buildPairLossProgram, buildPairProgram, type PairShape } from './pair-program.ts';
import { pairFeeds, type TokenPair } from './text-feeds.ts';

/** Lengths of texts that programs are compiled for. */
const mostLengths = { questions: 2, passages: 3 } as const;

/** Lengths of rows, ascending, that all texts fit; and the most negatives of a pair. */
export interface PairLengths {
  readonly questions: readonly number[];
  readonly passages: readonly number[];
  readonly negatives: number;
}

export function lengthsOf({ train, evaluation }: EncoderRequest, limit: number): PairLengths {
  const pairs = [...train, ...evaluation];
  const passages = pairs.flatMap((pair) => passagesOf(pair).map((text) => text.length));
  const questions = pairs.map(({ question }) => question.length);
  return {
    questions: chooseBuckets(questions, { most: mostLengths.questions, limit }),
    passages: chooseBuckets(passages, { most: mostLengths.passages, limit }),
    negatives: Math.max(...pairs.map(({ negatives }) => negatives.length)),
  };
}

/** What the method asks of a program. */
export function encoderOptions(
  { method }: Pick<EncoderRequest, 'method'>,
  recompute: boolean,
): EncoderOptions {
  const trained = method.kind === 'full' ? { full: true } : { lora: method };
  return { ...trained, checkpoint: recompute };
}

interface PairProgramsOptions {
  readonly model: EncoderModel;
  readonly executor: Executor;
  readonly request: Pick<EncoderRequest, 'batch' | 'method'>;
  readonly lengths: PairLengths;
  /** Layers are computed again in the backward pass, to save memory. */
  readonly recompute: boolean;
}

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

  /** Of pairs at once, at most a batch; each has the weight 1 / `count`. */
  async run(
    kind: 'training' | 'evaluation',
    pairs: readonly TokenPair[],
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
    const feeds = pairFeeds(pairs, shape, 1 / setting.count);
    return await executable.run({ ...feeds, ...Object.fromEntries(setting.parameters) });
  }

  /** Compiles what these pairs need. */
  async prepare(pairs: readonly TokenPair[]): Promise<void> {
    await this.#get('training', this.#shapeOf(pairs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const executable of this.#compiled.values()) {
      await (await executable)[Symbol.asyncDispose]();
    }
  }

  #shapeOf(pairs: readonly TokenPair[]): PairShape {
    const { request, lengths } = this.#options;
    const { questions, passages, negatives } = lengths;
    const fit = (lengths: readonly number[], texts: readonly (readonly number[])[]): number => {
      const longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
      return lengths.find((length) => length >= longest) ?? longest;
    };
    return {
      pairs: request.batch,
      negatives,
      questionLength: fit(
        questions,
        pairs.map(({ question }) => question),
      ),
      passageLength: fit(passages, pairs.flatMap(passagesOf)),
    };
  }

  #build(build: typeof buildPairProgram, shape: PairShape): ReturnType<typeof buildPairProgram> {
    const { model, request, recompute } = this.#options;
    return build(model.config, { ...shape, ...encoderOptions(request, recompute) });
  }

  #get(kind: 'training' | 'evaluation', shape: PairShape): Promise<Executable> {
    const key = `${kind} ${String(shape.questionLength)} ${String(shape.passageLength)}`;
    const build = kind === 'training' ? buildPairProgram : buildPairLossProgram;
    const { model, executor } = this.#options;
    const known =
      this.#compiled.get(key) ?? executor.compile(this.#build(build, shape).program, model.weights);
    this.#compiled.set(key, known);
    return known;
  }
}
