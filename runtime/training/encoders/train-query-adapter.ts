import { GraphError } from '@graft/graph';
import { createHash } from 'node:crypto';
import { memoryOfPrograms } from '../architectures/training-memory.ts';
import type { TrainingProgram } from '../architectures/training-program.ts';
import type { Executable, Executor, Feeds } from '../ir/executor.ts';
import { CheckpointStore } from '../loop/checkpoint-store.ts';
import { runDefinition, type RunDefinition } from '../loop/run-definition.ts';
import type { LoopHooks, LoopResult } from '../loop/training-loop.ts';
import { TrainingSteps } from '../loop/training-steps.ts';
import { checkPairs, type PairSteps } from './encoder-request.ts';
import { encoderOptimizer, stepCounts } from './encoder-steps.ts';
import { mostNegatives, passagesOf, type PairBatch, type PairData } from './pair-batches.ts';
import { pairObjective, type PairComputing } from './pair-objective.ts';
import { pairPlaces, type PairWeights } from './pair-places.ts';
import {
  buildQueryAdapterLossProgram,
  buildQueryAdapterProgram,
  deltaName,
  type QueryAdapterShape,
} from './query-adapter.ts';

/** Raised when the same request would lead to other numbers: checkpoints of before are not continued then. */
const version = 1;

/** What a training is asked for; a text is the place of its vector. */
export interface QueryAdapterRequest extends PairSteps, PairData<number> {
  /** Unit-length, one after another. */
  readonly vectors: Float32Array;
  /** Numbers of a vector. */
  readonly dimension: number;
}

export interface QueryAdapterTraining {
  readonly request: QueryAdapterRequest;
  /** Digest of the embedder that made the vectors. */
  readonly modelDigest: string;
  readonly executor: Executor;
  /** Bytes that the process may take. */
  readonly memory: number;
  readonly hooks: LoopHooks;
}

/**
 * Trains a linear map of questions' vectors, so that each is nearest to its passage's, which stay as they are. Goes on
 * from the checkpoint that it finds: the same request gives the same numbers, interrupted or not.
 */
export async function trainQueryAdapter(training: QueryAdapterTraining): Promise<LoopResult> {
  const { request, executor, hooks } = training;
  const { dimension } = request;
  checkPairs(request);
  const store = new CheckpointStore(request.checkpoints, definitionOf(training), hooks.log);
  await store.open();
  const checkpoint = await store.load();
  const shape = { pairs: request.batch, negatives: mostNegatives(request), dimension };
  await hooks.planned?.(checkedMemory(training, shape));
  hooks.signal.throwIfAborted();
  await using programs = new QueryAdapterPrograms(request, shape, executor);
  const trainable = new Map([[deltaName, [dimension, dimension]]]);
  const parameters = new Map([[deltaName, new Float32Array(dimension * dimension)]]);
  const made = new TrainingSteps({
    plan: { request, ...stepCounts(request) },
    objective: pairObjective(programs, request, { parameters, signal: hooks.signal }),
    optimizer: encoderOptimizer(parameters, trainable, request),
    // Vectors are rows of one.
    shapes: { size: request.batch, buckets: [1], recompute: false },
    ...{ parameters, store, hooks },
  });
  await made.run(checkpoint);
  return { ...(await made.result()), trainable };
}

/** The two programs, each compiled when first asked for. */
class QueryAdapterPrograms implements PairComputing<number>, AsyncDisposable {
  readonly #request: QueryAdapterRequest;
  readonly #shape: QueryAdapterShape;
  readonly #executor: Executor;
  readonly #compiled = new Map<string, Promise<Executable>>();

  constructor(request: QueryAdapterRequest, shape: QueryAdapterShape, executor: Executor) {
    this.#request = request;
    this.#shape = shape;
    this.#executor = executor;
  }

  compiled(kind: 'training' | 'evaluation'): Promise<Executable> {
    const build = kind === 'training' ? buildQueryAdapterProgram : buildQueryAdapterLossProgram;
    const known = this.#compiled.get(kind) ?? this.#executor.compile(build(this.#shape).program);
    this.#compiled.set(kind, known);
    return known;
  }

  feeds({ pairs }: PairBatch<number>, weighted: PairWeights): Feeds {
    const { questions, passages, open, weights } = pairPlaces(pairs, this.#shape, weighted);
    return {
      questions: this.#vectors(questions, this.#shape.pairs),
      passages: this.#vectors(passages, passages.length),
      ...{ open, weights },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const executable of this.#compiled.values()) {
      await (await executable)[Symbol.asyncDispose]();
    }
  }

  /** One a row; rows without a place are zeros. */
  #vectors(places: readonly (number | undefined)[], rows: number): Float32Array {
    const { vectors, dimension } = this.#request;
    const found = new Float32Array(rows * dimension);
    for (const [row, place] of places.entries()) {
      if (place === undefined) continue;
      found.set(vectors.subarray(place * dimension, (place + 1) * dimension), row * dimension);
    }
    return found;
  }
}

/** Bytes that the process is expected to take. Throws `out-of-memory` where there are fewer. */
function checkedMemory(
  { request, memory }: QueryAdapterTraining,
  shape: QueryAdapterShape,
): number {
  const programs: TrainingProgram[] = [buildQueryAdapterProgram(shape)];
  if (request.evaluation.length > 0) programs.push(buildQueryAdapterLossProgram(shape));
  // Δ, its gradient, and two moments.
  const needed =
    memoryOfPrograms(programs, { weights: () => undefined, copies: 4 }) +
    request.vectors.byteLength;
  if (needed <= memory) return needed;
  throw new GraphError(
    'out-of-memory',
    `This training needs about ${(needed / 1e9).toFixed(1)} GB of memory and ${(memory / 1e9).toFixed(1)} GB are free. What helps: a smaller batch, fewer negatives, an embedder with shorter vectors.`,
    { audience: 'operator' },
  );
}

/** Everything that decides the numbers. */
function definitionOf({ request, modelDigest }: QueryAdapterTraining): RunDefinition {
  const { train, evaluation, vectors, checkpoints: _, checkpointEvery: __, ...others } = request;
  return runDefinition({
    queryAdapterVersion: version,
    base: modelDigest,
    ...others,
    vectors: digestOf(vectors),
    train: pairsDigest(train),
    evaluation: pairsDigest(evaluation),
  });
}

function pairsDigest(pairs: QueryAdapterRequest['train']): string {
  return digestOf(
    Int32Array.from(
      pairs.flatMap((pair) => [1 + pair.negatives.length, pair.question, ...passagesOf(pair)]),
    ),
  );
}

function digestOf(numbers: Float32Array | Int32Array): string {
  return createHash('sha256').update(numbers).digest('hex');
}
