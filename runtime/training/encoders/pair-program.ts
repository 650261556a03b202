import type { TrainingProgram } from '../architectures/training-program.ts';
import { Builder } from '../ir/builder.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { Encoder, type EncoderOptions } from './encoder.ts';
import { derivedProgram, lossProgram } from './loss-program.ts';
import type { PairRoom } from './pair-places.ts';
import { rankingLoss } from './ranking-loss.ts';

/** Sizes of a batch of questions, each with its passage and as many hard negatives. */
export interface PairShape extends PairRoom {
  /** Tokens of a row; questions are usually shorter. */
  readonly questionLength: number;
  readonly passageLength: number;
}

export interface PairOptions extends EncoderOptions, PairShape {
  /** Multiplies cosines; default 20. */
  readonly scale?: number;
}

/**
 * Forward and backward pass of a batch of pairs: see `pairFeeds`. Outputs `loss`, `correct` of each pair, and
 * `gradient:<name>` of every trainable input.
 */
export function buildPairProgram(config: EncoderConfig, options: PairOptions): TrainingProgram {
  const b = new Builder();
  const { trainable, ...outputs } = pairLoss(b, config, options);
  return derivedProgram(b, outputs, trainable);
}

/** Forward pass only: outputs `loss` and `correct`. */
export function buildPairLossProgram(config: EncoderConfig, options: PairOptions): TrainingProgram {
  const b = new Builder();
  const { trainable, ...outputs } = pairLoss(b, config, options);
  return lossProgram(b, outputs, trainable);
}

function pairLoss(b: Builder, config: EncoderConfig, options: PairOptions) {
  const { pairs, negatives, questionLength, passageLength, scale } = options;
  const count = pairs * (1 + negatives);
  const encoder = new Encoder(b, config, options);
  const questions = encoder.encode('questions', { batch: pairs, length: questionLength });
  const passages = encoder.encode('passages', { batch: count, length: passageLength });
  const ranked = {
    questions: questions.pooled,
    passages: passages.pooled,
    open: b.input('open', { shape: [pairs, count], dtype: 'i32' }),
    weights: b.input('weights', { shape: [pairs] }),
  };
  return { ...rankingLoss(b, ranked, scale), trainable: encoder.trainable };
}
