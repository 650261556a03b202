import type { TextPair } from '@graft/graph';
import {
  lossProgram,
  type ProgramKind,
  type TrainingProgram,
} from '../architectures/training-program.ts';
import { Builder } from '../ir/builder.ts';
import { digestOf, type RunRequest } from '../loop/run-definition.ts';
import type { TrainingTask } from '../loop/training-loop.ts';
import { mostNegatives, passagesOf } from './pair-batches.ts';
import { checkPairs, pairObjective } from './pair-objective.ts';
import { pairPlaces, type PairRoom } from './pair-places.ts';
import { rankingLoss } from './ranking-loss.ts';
import { rowTask } from './row-task.ts';

/** Raise it when the same request would give other numbers: earlier checkpoints are then not resumed. */
const queryAdapterVersion = 1;

/**
 * The trained tensor: Δ of W = I + Δ, [dimension, dimension]. It starts at zero, where a question's vector stays the
 * same, and weight decay pulls it back there.
 */
export const deltaName = 'delta';

/** A training request; a text is the index of its vector. */
export interface QueryAdapterRequest extends RunRequest<TextPair<number>> {
  /** Unit-length, concatenated. */
  readonly vectors: Float32Array;
  /** Dimension of a vector. */
  readonly dimension: number;
}

export interface QueryAdapterTraining {
  readonly request: QueryAdapterRequest;
  /** Digest of the embedder that made the vectors. */
  readonly modelDigest: string;
}

/** Trains a linear map of questions' vectors that brings each closer to its passage's, which stay fixed. */
export function queryAdapterTask(training: QueryAdapterTraining): TrainingTask<QueryAdapterShape> {
  const { request, modelDigest } = training;
  const { vectors, dimension, batch } = request;
  checkPairs(request);
  const sizes = { pairs: batch, negatives: mostNegatives(request), dimension };
  /** One for each row; rows without an index are zeros. */
  const vectorsOf = (places: readonly (number | undefined)[], rows: number): Float32Array => {
    const found = new Float32Array(rows * dimension);
    for (const [row, place] of places.entries()) {
      if (place === undefined) continue;
      found.set(vectors.subarray(place * dimension, (place + 1) * dimension), row * dimension);
    }
    return found;
  };
  const objective = pairObjective(request, {
    sizes: [sizes],
    build: (kind, shape) => buildQueryAdapterProgram(shape, kind),
    sizesOf: () => sizes,
    feeds(pairs, shape, weighted) {
      const { questions, passages, open, weights } = pairPlaces(pairs, shape, weighted);
      return {
        questions: vectorsOf(questions, shape.pairs),
        passages: vectorsOf(passages, passages.length),
        ...{ open, weights },
      };
    },
  });
  return rowTask(request, {
    settings: { queryAdapterVersion, base: modelDigest, vectors: digestOf([vectors]) },
    numbersOf: (pair) => [
      Int32Array.of(1 + pair.negatives.length, pair.question, ...passagesOf(pair)),
    ],
    parameters: () =>
      Promise.resolve(new Map([[deltaName, new Float32Array(dimension * dimension)]])),
    // Δ, its gradient, and two moments.
    copies: 4,
    held: vectors.byteLength,
    // Vectors are rows of length one.
    candidates: () => [{ size: batch, buckets: [1], recompute: false }],
    remedies: ['a smaller batch', 'fewer negatives', 'an embedder with shorter vectors'],
    describe: () => `${batch} pairs at once`,
    objective: () => objective,
  });
}

export interface QueryAdapterShape extends PairRoom {
  /** Dimension of a vector. */
  readonly dimension: number;
}

/**
 * Ranks W·q of each question's vector against the vectors of the passages. Outputs `loss`, `correct` of each question,
 * and for training `gradient:delta`.
 */
export function buildQueryAdapterProgram(
  { pairs, negatives, dimension }: QueryAdapterShape,
  kind: ProgramKind = 'training',
): TrainingProgram {
  const b = new Builder();
  const count = pairs * (1 + negatives);
  const questions = b.input('questions', { shape: [pairs, dimension] });
  const delta = b.input(deltaName, { shape: [dimension, dimension] });
  const ranked = {
    questions: b.add(questions, b.matmul(questions, delta, { transposeB: true })),
    passages: b.input('passages', { shape: [count, dimension] }),
    open: b.input('open', { shape: [pairs, count], dtype: 'i32' }),
    weights: b.input('weights', { shape: [pairs] }),
  };
  const outputs = { ...rankingLoss(b, ranked) };
  return lossProgram(b, kind, { outputs, trainable: new Map([[deltaName, delta]]) });
}

/** W = I + Δ, [dimension, dimension], row-major: `y = W · x`. */
export function adapterMatrix(delta: Float32Array, dimension: number): Float32Array {
  return delta.map((value, at) => (at % (dimension + 1) === 0 ? value + 1 : value));
}
