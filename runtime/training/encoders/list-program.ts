import { hidden } from '../architectures/attention.ts';
import type { TrainingProgram } from '../architectures/training-program.ts';
import { Builder } from '../ir/builder.ts';
import { negativeLogLikelihood } from '../ir/layers.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { EncoderOptions } from './encoder.ts';
import { derivedProgram, lossProgram } from './loss-program.ts';
import { Scorer } from './score-head.ts';

/** Sizes of a batch of questions, each with a list of passages. */
export interface ListShape {
  readonly lists: number;
  /** Passages of a list, the wanted one and those beside it. */
  readonly candidates: number;
  /** Tokens of a question and a passage together. */
  readonly length: number;
}

export type ListOptions = EncoderOptions & ListShape;

/**
 * Forward and backward pass of a batch of lists: see `listFeeds`. Outputs `loss`, `correct` of each list, and
 * `gradient:<name>` of every trainable input.
 */
export function buildListProgram(config: EncoderConfig, options: ListOptions): TrainingProgram {
  const b = new Builder();
  const { trainable, ...outputs } = listLoss(b, config, options);
  return derivedProgram(b, outputs, trainable);
}

/** Forward pass only: outputs `loss`, `correct` and `scores`, [lists · candidates]. */
export function buildListLossProgram(config: EncoderConfig, options: ListOptions): TrainingProgram {
  const b = new Builder();
  const { trainable, ...outputs } = listLoss(b, config, options);
  return lossProgram(b, outputs, trainable);
}

/**
 * The localized contrastive loss (Gao, Dai and Callan 2021, "Rethink Training of BERT Rerankers in Multi-Stage
 * Retrieval Pipeline"): the negative log-likelihood of the wanted passage under a softmax over the scores of its list.
 */
function listLoss(b: Builder, config: EncoderConfig, options: ListOptions) {
  const { lists, candidates, length } = options;
  const scorer = new Scorer(b, config, options);
  const scores = scorer.score('pairs', { batch: lists * candidates, length });
  const open = b.input('open', { shape: [lists, candidates], dtype: 'i32' });
  const weights = b.input('weights', { shape: [lists] });
  const ranked = b.where(open, b.reshape(scores, [lists, candidates]), b.scalar(hidden));
  const wanted = b.constant(new Int32Array(lists), [lists]);
  const losses = b.mul(negativeLogLikelihood(b, ranked, wanted), weights);
  const best = b.reshape(b.reduceMax(ranked, [-1]), [lists]);
  return {
    scores,
    /** Σ weight · negative log-likelihood, a scalar. */
    loss: b.reshape(b.reduceSum(losses, [0]), []),
    /** 1 where no other passage has a higher score, [lists]. */
    correct: b.greaterEqual(b.gatherLast(ranked, wanted), best),
    trainable: scorer.trainable,
  };
}
