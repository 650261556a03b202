import type { TextPair } from '@graft/graph';
import {
  lossProgram,
  type ProgramKind,
  type TrainingProgram,
} from '../architectures/training-program.ts';
import { Builder } from '../ir/builder.ts';
import type { Feeds } from '../ir/executor.ts';
import type { Value } from '../ir/op.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { Encoder, type EncoderOptions } from './encoder.ts';
import { pairPlaces, type PairRoom, type PairWeights } from './pair-places.ts';
import { rankingLoss } from './ranking-loss.ts';
import { rowFeeds } from './text-feeds.ts';
import { groupName, rowsCount, type TextRows } from './text-rows.ts';

/** Rows of tokens, one for each question and one for each passage. */
export interface PairRows {
  readonly questions: TextRows;
  readonly passages: TextRows;
}

/** Sizes of a batch of questions, each with its passage and an equal number of hard negatives. */
export interface PairShape extends PairRoom, PairRows {}

export interface PairOptions extends EncoderOptions, PairShape {
  /** Factor on cosines; default 20. */
  readonly scale?: number;
}

/**
 * The ranking loss of a batch of pairs. Reads `pairFeeds`; outputs `loss`, `correct` of each pair, and for training
 * `gradient:<name>` of every trainable input.
 */
export function buildPairProgram(
  config: EncoderConfig,
  options: PairOptions,
  kind: ProgramKind = 'training',
): TrainingProgram {
  const b = new Builder();
  const { pairs, negatives, scale } = options;
  const count = pairs * (1 + negatives);
  const encoder = new Encoder(b, config, options);
  const ranked = {
    questions: encodeRows(b, encoder, { name: 'questions', rows: options.questions }),
    passages: encodeRows(b, encoder, { name: 'passages', rows: options.passages }),
    open: b.input('open', { shape: [pairs, count], dtype: 'i32' }),
    weights: b.input('weights', { shape: [pairs] }),
  };
  const outputs = { ...rankingLoss(b, ranked, scale) };
  return lossProgram(b, kind, { outputs, trainable: encoder.trainable });
}

/** Inputs of a pair program, for at most as many pairs as it has room for. */
export function pairFeeds(
  pairs: readonly TextPair[],
  shape: PairShape,
  weighted: PairWeights,
): Feeds {
  const { questions, passages, open, weights } = pairPlaces(pairs, shape, weighted);
  return {
    ...rowFeeds('questions', questions, shape.questions),
    ...rowFeeds('passages', passages, shape.passages),
    ...{ open, weights },
  };
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
