import type { TrainingProgram } from '../architectures/training-program.ts';
import { Builder } from '../ir/builder.ts';
import { derivedProgram, lossProgram } from './loss-program.ts';
import type { PairRoom } from './pair-places.ts';
import { rankingLoss } from './ranking-loss.ts';

/**
 * What is trained: Δ of W = I + Δ, [dimension, dimension]. It begins at zero, where a question's vector stays as it is, and weight
 * decay draws it back there.
 */
export const deltaName = 'delta';

export interface QueryAdapterShape extends PairRoom {
  /** Numbers of a vector. */
  readonly dimension: number;
}

/**
 * Forward and backward pass of a batch: W·q of each question's vector is ranked against the vectors of the passages.
 * Outputs `loss`, `correct` of each question, and `gradient:delta`.
 */
export function buildQueryAdapterProgram(shape: QueryAdapterShape): TrainingProgram {
  const b = new Builder();
  const { trainable, ...outputs } = adapterLoss(b, shape);
  return derivedProgram(b, outputs, trainable);
}

/** Forward pass only: outputs `loss` and `correct`. */
export function buildQueryAdapterLossProgram(shape: QueryAdapterShape): TrainingProgram {
  const b = new Builder();
  const { trainable, ...outputs } = adapterLoss(b, shape);
  return lossProgram(b, outputs, trainable);
}

function adapterLoss(b: Builder, { pairs, negatives, dimension }: QueryAdapterShape) {
  const count = pairs * (1 + negatives);
  const questions = b.input('questions', { shape: [pairs, dimension] });
  const delta = b.input(deltaName, { shape: [dimension, dimension] });
  const ranked = {
    questions: b.add(questions, b.matmul(questions, delta, { transposeB: true })),
    passages: b.input('passages', { shape: [count, dimension] }),
    open: b.input('open', { shape: [pairs, count], dtype: 'i32' }),
    weights: b.input('weights', { shape: [pairs] }),
  };
  return { ...rankingLoss(b, ranked), trainable: new Map([[deltaName, delta]]) };
}

/** W = I + Δ, [dimension, dimension], row-major: `y = W · x`. */
export function adapterMatrix(delta: Float32Array, dimension: number): Float32Array {
  return delta.map((value, at) => (at % (dimension + 1) === 0 ? value + 1 : value));
}
