import { hidden } from '../architectures/attention.ts';
import type { Builder } from '../ir/builder.ts';
import { negativeLogLikelihood, unitLength } from '../ir/layers.ts';
import type { Value } from '../ir/op.ts';

/** The factor of sentence-transformers on cosines. */
const defaultScale = 20;

/** Questions and passages as vectors of any length. */
export interface RankedTexts {
  /** [questions, width]. */
  readonly questions: Value;
  /** [passages, width]: the first belong to the questions in order, any others to none. */
  readonly passages: Value;
  /** i32, 0 for passages to exclude, [questions, passages]. */
  readonly open: Value;
  /** [questions], usually 1 / number of questions of the step; 0 for empty places. */
  readonly weights: Value;
}

export interface PickLoss {
  /** Σ weight · negative log-likelihood of the own passage, a scalar. */
  readonly loss: Value;
  /** 1 if no other choice has a higher score, [rows]. */
  readonly correct: Value;
}

/**
 * MultipleNegativesRanking (Henderson et al. 2017, "Efficient Natural Language Response Suggestion for Smart Reply";
 * name and scale from sentence-transformers): each question must pick its own passage, by scaled cosine, from all
 * passages of the batch.
 */
export function rankingLoss(
  b: Builder,
  { questions, passages, open, weights }: RankedTexts,
  scale = defaultScale,
): PickLoss {
  const [count = 1] = questions.shape;
  const cosines = b.matmul(unitLength(b, questions), unitLength(b, passages), {
    transposeB: true,
  });
  const scores = b.where(open, b.scale(cosines, scale), b.scalar(hidden));
  const own = b.constant(
    Int32Array.from({ length: count }, (_, place) => place),
    [count],
  );
  return pickLoss(b, scores, { own, weights });
}

/** The loss of picking `own` from each row of scores, [rows, choices], by a softmax over them. */
export function pickLoss(
  b: Builder,
  scores: Value,
  { own, weights }: { readonly own: Value; readonly weights: Value },
): PickLoss {
  const losses = b.mul(negativeLogLikelihood(b, scores, own), weights);
  const best = b.reshape(b.reduceMax(scores, [-1]), own.shape);
  return {
    loss: b.reshape(b.reduceSum(losses, [0]), []),
    correct: b.greaterEqual(b.gatherLast(scores, own), best),
  };
}
