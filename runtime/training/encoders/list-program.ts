import { GraphError, type TextList } from '@graft/graph';
import { hidden } from '../architectures/attention.ts';
import {
  lossProgram,
  type ProgramKind,
  type TrainingProgram,
} from '../architectures/training-program.ts';
import { Builder } from '../ir/builder.ts';
import type { Feeds } from '../ir/executor.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { EncoderOptions } from './encoder.ts';
import { pickLoss } from './ranking-loss.ts';
import { Scorer } from './score-head.ts';
import { padded } from './text-feeds.ts';

/** Sizes of a batch of questions, each with a list of passages. */
export interface ListShape {
  readonly lists: number;
  /** Passages of a list, with the relevant one. */
  readonly candidates: number;
  /** Tokens of a question and a passage together. */
  readonly length: number;
}

export type ListOptions = EncoderOptions & ListShape;

/**
 * The localized contrastive loss (Gao, Dai and Callan 2021, "Rethink Training of BERT Rerankers in Multi-Stage
 * Retrieval Pipeline"): the negative log-likelihood of the relevant passage under a softmax over the scores of its
 * list. Reads `listFeeds`; outputs `loss`, `correct` of each list, `scores` of all, [lists · candidates], and for
 * training `gradient:<name>` of every trainable input.
 */
export function buildListProgram(
  config: EncoderConfig,
  options: ListOptions,
  kind: ProgramKind = 'training',
): TrainingProgram {
  const b = new Builder();
  const { lists, candidates, length } = options;
  const scorer = new Scorer(b, config, options);
  const scores = scorer.score('pairs', { batch: lists * candidates, length });
  const open = b.input('open', { shape: [lists, candidates], dtype: 'i32' });
  const weights = b.input('weights', { shape: [lists] });
  const ranked = b.where(open, b.reshape(scores, [lists, candidates]), b.scalar(hidden));
  const wanted = b.constant(new Int32Array(lists), [lists]);
  const outputs = { scores, ...pickLoss(b, ranked, { own: wanted, weights }) };
  return lossProgram(b, kind, { outputs, trainable: scorer.trainable });
}

/**
 * Inputs of a list program; `weight` is of each list, usually 1 / lists of the optimizer step. There may be fewer lists
 * than the program has.
 */
export function listFeeds(
  lists: readonly TextList[],
  { lists: count, candidates, length }: ListShape,
  weight: number,
): Feeds {
  if (lists.length > count || lists.some((list) => list.length > candidates)) {
    throw new GraphError(
      'internal',
      `${String(lists.length)} lists of passages do not fit ${String(count)} of ${String(candidates)}`,
      { audience: 'developer' },
    );
  }
  const rows = lists.flatMap((list) =>
    Array.from({ length: candidates }, (_, column) => list[column]),
  );
  const shape = { batch: count * candidates, length };
  const ids = rows.map((text) => text?.ids);
  return {
    'pairs.tokens': padded(ids, shape),
    'pairs.types': padded(
      rows.map((text) => text?.segments),
      shape,
    ),
    'pairs.mask': padded(
      ids.map((text) => text?.map(() => 1)),
      shape,
    ),
    open: Int32Array.from({ length: shape.batch }, (_, row) => (rows[row] === undefined ? 0 : 1)),
    weights: Float32Array.from({ length: count }, (_, place) =>
      place < lists.length ? weight : 0,
    ),
  };
}
