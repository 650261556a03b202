import { setImmediate } from 'node:timers/promises';
import { memoryOfPrograms } from '../architectures/training-memory.ts';
import type { TrainingProgram } from '../architectures/training-program.ts';
import { GraphError, type TextList } from '@graft/graph';
import { chooseBuckets } from '../data/buckets.ts';
import type { Executable, Executor, Results } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import type { RunShapes } from '../loop/loop-state.ts';
import type { Parameters } from '../optimizer/adamw.ts';
import type { EncoderModel } from './encoder-model.ts';
import { listFeeds } from './list-feeds.ts';
import { buildListLossProgram, buildListProgram } from './list-program.ts';
import { encoderOptions } from './pair-shapes.ts';
import type { RerankerRequest } from './reranker-request.ts';

/** Lengths that programs are compiled for. */
const mostLengths = 3;

/** Lists at once, where the memory allows it: more are no quicker on a CPU, and are padded more. */
const mostAtOnce = 4;

/** Lists in one run of a program, all padded to `length`. */
interface ListBatch {
  readonly lists: readonly TextList[];
  readonly length: number;
}

function longestOf(list: TextList): number {
  return list.reduce((most, { ids }) => Math.max(most, ids.length), 0);
}

/** Passages of the longest list. */
function candidatesOf({ train, evaluation }: RerankerRequest): number {
  return [...train, ...evaluation].reduce((most, list) => Math.max(most, list.length), 1);
}

/**
 * As many lists at once as fit into the memory, with layers kept and of several lengths where they fit too: fewer lengths
 * are fewer programs. Throws `out-of-memory` where one list does not fit even with layers recomputed.
 */
export function chooseListShapes(
  model: EncoderModel,
  request: RerankerRequest,
  memory: number,
): { readonly shapes: RunShapes; readonly memory: number } {
  const longest = [...request.train, ...request.evaluation].map(longestOf);
  const limit = model.config.context;
  const several = chooseBuckets(longest, { most: mostLengths, limit });
  const lengths = several.length > 1 ? [several, several.slice(-1)] : [several];
  let least = Infinity;
  for (const recompute of [false, true]) {
    for (const buckets of lengths) {
      for (let size = Math.min(mostAtOnce, request.batch); size >= 1; size = Math.floor(size / 2)) {
        const shapes = { size, buckets, recompute };
        const needed = listMemory(model, request, shapes);
        least = Math.min(least, needed);
        if (needed <= memory) return { shapes, memory: needed };
      }
    }
  }
  throw new GraphError(
    'out-of-memory',
    `This training needs about ${(least / 1e9).toFixed(1)} GB of memory and ${(memory / 1e9).toFixed(1)} GB are free, even with layers recomputed. What helps: fewer negatives, shorter texts${request.method.kind === 'full' ? ', a LoRA instead of all weights' : ''}.`,
    { audience: 'operator' },
  );
}

/** Bytes that a training of these shapes takes. */
export function listMemory(
  model: EncoderModel,
  request: RerankerRequest,
  { size, buckets, recompute }: RunShapes,
): number {
  function* programs(): Generator<TrainingProgram> {
    for (const length of buckets) {
      const options = {
        ...encoderOptions(request, recompute),
        ...{ lists: size, candidates: candidatesOf(request), length },
      };
      yield buildListProgram(model.config, options);
      if (request.evaluation.length > 0) yield buildListLossProgram(model.config, options);
    }
  }
  // Parameters, two moments, and the gradients of a run beside their sum.
  return memoryOfPrograms(programs(), { weights: model.weights, copies: 5 });
}

interface ListProgramsOptions {
  readonly model: EncoderModel;
  readonly executor: Executor;
  readonly request: RerankerRequest;
  readonly shapes: RunShapes;
}

/** The programs of a training, one of each kind and length, compiled when first used. */
export class ListPrograms implements AsyncDisposable {
  readonly #options: ListProgramsOptions;
  readonly #candidates: number;
  readonly #compiled = new Map<string, Promise<Executable>>();

  constructor(options: ListProgramsOptions) {
    this.#options = options;
    this.#candidates = candidatesOf(options.request);
  }

  get trainable(): ReadonlyMap<string, Shape> {
    return this.#build(buildListLossProgram, 1).trainable;
  }

  /** Lists in runs, the longest first, each padded to the shortest length that takes it. */
  batches(lists: readonly TextList[]): ListBatch[] {
    const { size, buckets } = this.#options.shapes;
    const sorted = lists.toSorted((a, b) => longestOf(b) - longestOf(a));
    return Array.from({ length: Math.ceil(sorted.length / size) }, (_, at) => {
      const chosen = sorted.slice(at * size, (at + 1) * size);
      const longest = chosen[0] === undefined ? 1 : longestOf(chosen[0]);
      return { lists: chosen, length: buckets.find((bucket) => bucket >= longest) ?? longest };
    });
  }

  /** Of lists at once; each has the weight 1 / `count`. */
  async run(
    kind: 'training' | 'evaluation',
    { lists, length }: ListBatch,
    setting: {
      readonly count: number;
      readonly parameters: Parameters;
      readonly signal: AbortSignal;
    },
  ): Promise<Results> {
    // A run blocks the thread; between two of them a cancellation can be heard.
    await setImmediate();
    setting.signal.throwIfAborted();
    const executable = await this.#get(kind, length);
    const feeds = listFeeds(lists, this.#shape(length), 1 / setting.count);
    return await executable.run({ ...feeds, ...Object.fromEntries(setting.parameters) });
  }

  /** Compiles what the steps run. */
  async prepare(): Promise<void> {
    const { shapes, request } = this.#options;
    const longest = request.train.reduce((most, list) => Math.max(most, longestOf(list)), 1);
    const last = shapes.buckets.findIndex((bucket) => bucket >= longest);
    for (const length of shapes.buckets.slice(0, last + 1)) await this.#get('training', length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const executable of this.#compiled.values()) {
      await (await executable)[Symbol.asyncDispose]();
    }
  }

  #shape(length: number) {
    return { lists: this.#options.shapes.size, candidates: this.#candidates, length };
  }

  #build(build: typeof buildListProgram, length: number): ReturnType<typeof buildListProgram> {
    const { model, request, shapes } = this.#options;
    const options = { ...this.#shape(length), ...encoderOptions(request, shapes.recompute) };
    return build(model.config, options);
  }

  #get(kind: 'training' | 'evaluation', length: number): Promise<Executable> {
    const key = `${kind} ${String(length)}`;
    const build = kind === 'training' ? buildListProgram : buildListLossProgram;
    const { model, executor } = this.#options;
    const known =
      this.#compiled.get(key) ??
      executor.compile(this.#build(build, length).program, model.weights);
    this.#compiled.set(key, known);
    return known;
  }
}
