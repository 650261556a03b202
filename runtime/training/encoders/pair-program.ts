import { gradientName, type TrainingProgram } from '../architectures/training-program.ts';
import { gradients } from '../autodiff/index.ts';
import { Builder } from '../ir/builder.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { Encoder, type EncoderOptions } from './encoder.ts';
import { rankingLoss } from './ranking-loss.ts';

/** Sizes of a batch of questions, each with its passage and as many hard negatives. */
export interface PairShape {
  readonly pairs: number;
  /** Of each question. */
  readonly negatives: number;
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
  const { pairs, negatives, questionLength, passageLength, scale } = options;
  const encoder = new Encoder(b, config, options);
  const questions = encoder.encode('questions', { batch: pairs, length: questionLength });
  const passages = encoder.encode('passages', {
    batch: pairs * (1 + negatives),
    length: passageLength,
  });
  const weights = b.input('weights', { shape: [pairs] });
  const { loss, correct } = rankingLoss(
    b,
    {
      questions: questions.pooled,
      passages: passages.pooled,
      present: passages.present,
      weights,
    },
    scale,
  );
  const { trainable } = encoder;
  const derived = gradients(b, loss, [...trainable.values()]);
  const named = [...trainable.keys()].map((name, at) => [gradientName(name), derived[at] ?? loss]);
  const outputs = { loss, correct, ...Object.fromEntries(named) };
  return {
    program: b.build(outputs),
    trainable: new Map([...trainable].map(([name, value]) => [name, value.shape])),
  };
}
