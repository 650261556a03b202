import { GraphError, type TextPair } from '@graft/graph';
import type { Feeds } from '../ir/executor.ts';
import type { Batch, Objective } from '../loop/objective.ts';
import {
  evaluationBatches,
  passagesOf,
  trainingBatch,
  type PairBatch,
  type PairData,
} from './pair-batches.ts';
import type { PairWeights } from './pair-places.ts';

/** What pairs are to their programs, whether a text is its tokens or the index of its vector. */
export interface PairPrograms<Text, Sizes> extends Pick<Objective<Sizes>, 'sizes' | 'build'> {
  /** Key of the program that a batch runs in. */
  readonly sizesOf: (pairs: readonly TextPair<Text>[]) => Sizes;
  readonly feeds: (pairs: readonly TextPair<Text>[], sizes: Sizes, weights: PairWeights) => Feeds;
  /** Absent if no text is read. */
  readonly tokensOf?: (pairs: readonly TextPair<Text>[]) => number;
}

/** MultipleNegativesRanking: each question of a batch must pick its own passage from the batch. */
export function pairObjective<Text, Sizes>(
  data: PairData<Text>,
  { sizes, build, sizesOf, feeds, tokensOf }: PairPrograms<Text, Sizes>,
): Objective<Sizes> {
  const batchOf = ({ pairs, counted }: PairBatch<Text>, count: number): Batch<Sizes> => {
    const own = sizesOf(pairs);
    const weights = { weight: 1 / count, counted };
    return {
      sizes: own,
      feeds: () => feeds(pairs, own, weights),
      ...(tokensOf !== undefined && { tokens: tokensOf(pairs) }),
    };
  };
  return {
    ...{ sizes, build },
    batches(step) {
      const batch = trainingBatch(data, step);
      return [batchOf(batch, batch.counted)];
    },
    evaluation: evaluationBatches(data).map((batch) => [batchOf(batch, data.evaluation.length)]),
  };
}

/** Throws `bad-input` for pairs without anything to learn. */
export function checkPairs<Text>({ train, batch }: Pick<PairData<Text>, 'train' | 'batch'>): void {
  if (train.length === 0) {
    throw new GraphError('bad-input', 'There are no pairs of question and passage to train on.');
  }
  const texts = new Set(train.flatMap((pair) => passagesOf(pair).map(String)));
  const alone = batch < 2 && train.some(({ negatives }) => negatives.length === 0);
  if (texts.size < 2 || alone) {
    throw new GraphError(
      'bad-input',
      `${alone ? 'One pair a step, and pairs without a negative' : 'All pairs have the same passage, and no negative'}: there is no other passage to compare with. Give pairs with different passages, a batch of at least 2, or negatives.`,
    );
  }
}
