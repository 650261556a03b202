import { hidden } from '../architectures/attention.ts';
import type { Builder } from '../ir/builder.ts';
import { negativeLogLikelihood, unitLength } from '../ir/layers.ts';
import type { Value } from '../ir/op.ts';

/** What sentence-transformers multiplies cosines by. */
const defaultScale = 20;

/** Questions and passages as vectors of any length. */
export interface RankedTexts {
  /** [questions, width]. */
  readonly questions: Value;
  /** [passages, width]: the first belong to the questions in their order, any others to none. */
  readonly passages: Value;
  /** i32, 0 where a passage is not to be picked from, [questions, passages]. */
  readonly open: Value;
  /** [questions], usually 1 / number of questions of the step; 0 where there is none. */
  readonly weights: Value;
}

export interface PickLoss {
  /** Σ weight · negative log-likelihood of the own choice, a scalar. */
  readonly loss: Value;
  /** 1 where no other choice has a higher score, [rows]. */
  readonly correct: Value;
}

/**
 * MultipleNegativesRanking (Henderson et al. 2017, "Efficient Natural Language Response Suggestion for Smart Reply";
 * the name and the scale are sentence-transformers'): each question is to pick its own passage, by scaled cosine, out
 * of all passages of the batch.
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

/** The loss of picking `own` out of each row of scores, [rows, choices], by a softmax over them. */
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
