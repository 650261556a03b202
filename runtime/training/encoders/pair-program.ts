import type { TrainingProgram } from '../architectures/training-program.ts';
import { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { Encoder, type EncoderOptions } from './encoder.ts';
import { derivedProgram, lossProgram } from './loss-program.ts';
import type { PairRoom } from './pair-places.ts';
import { rankingLoss } from './ranking-loss.ts';
import { groupName, rowsCount, type TextRows } from './text-rows.ts';

/** Sizes of a batch of questions, each with its passage and as many hard negatives. */
export interface PairShape extends PairRoom {
  /** Rows of tokens, one a question and one a passage. */
  readonly questions: TextRows;
  readonly passages: TextRows;
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
  const { pairs, negatives, scale } = options;
  const count = pairs * (1 + negatives);
  const encoder = new Encoder(b, config, options);
  const ranked = {
    questions: encodeRows(b, encoder, { name: 'questions', rows: options.questions }),
    passages: encodeRows(b, encoder, { name: 'passages', rows: options.passages }),
    open: b.input('open', { shape: [pairs, count], dtype: 'i32' }),
    weights: b.input('weights', { shape: [pairs] }),
  };
  return { ...rankingLoss(b, ranked, scale), trainable: encoder.trainable };
}

/** The vectors of texts, [texts, width], in their own order: see `rowFeeds`. */
function encodeRows(
  b: Builder,
  encoder: Encoder,
  { name, rows }: { readonly name: string; readonly rows: TextRows },
): Value {
  const pooled = rows.map((shape, at) => encoder.encode(groupName(name, at), shape).pooled);
  const order = b.input(`${name}.rows`, { shape: [rowsCount(rows)], dtype: 'i32' });
  return b.gather(b.concat(pooled, 0), order);
}
