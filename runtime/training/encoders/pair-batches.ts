import type { TextPair } from '@graft/graph';
import { rowsOfStep, stepsPerEpoch } from '../data/epoch.ts';

/** Pairs whose questions pick out of all their passages. */
export interface PairBatch<Text = readonly number[]> {
  readonly pairs: readonly TextPair<Text>[];
  /** Questions that count, the first; the pairs behind them only bring passages. */
  readonly counted: number;
}

/** The pairs of a training, and how they are drawn. */
export interface PairData<Text = readonly number[]> {
  readonly train: readonly TextPair<Text>[];
  /** May be empty: there is no evaluation loss then. */
  readonly evaluation: readonly TextPair<Text>[];
  /** Pairs a step. */
  readonly batch: number;
  readonly seed: number;
}

/** All that a pair brings to a batch, its own first. */
export function passagesOf<Text>({ passage, negatives }: TextPair<Text>): readonly Text[] {
  return [passage, ...negatives];
}

/**
 * The pairs of a step. What a question is told from is the rest of its batch, so the last batch of an epoch is filled up
 * with pairs of its first one, which are trained on once more: else a pair may be left alone, and have nothing to learn.
 */
export function trainingBatch<Text>(
  { train, batch, seed }: PairData<Text>,
  step: number,
): PairBatch<Text> {
  const options = { seed, batch };
  const own = rowsOfStep(train, step, options);
  const perEpoch = stepsPerEpoch(train.length, batch);
  const first = rowsOfStep(train, step - (step % perEpoch), options);
  const others = perEpoch > 1 ? first.slice(0, batch - own.length) : [];
  const pairs = [...own, ...others];
  return { pairs, counted: pairs.length };
}

/**
 * Batches to evaluate on. One that is not full borrows passages of other pairs, those to train on last, so that all
 * questions are told from as many.
 */
export function evaluationBatches<Text>({
  train,
  evaluation,
  batch,
}: Omit<PairData<Text>, 'seed'>): PairBatch<Text>[] {
  const batches: PairBatch<Text>[] = [];
  for (let start = 0; start < evaluation.length; start += batch) {
    const own = evaluation.slice(start, start + batch);
    const others = [...evaluation.slice(0, start), ...train].slice(0, batch - own.length);
    batches.push({ pairs: [...own, ...others], counted: own.length });
  }
  return batches;
}

/** The most of any pair: as many as programs have room for. */
export function mostNegatives({
  train,
  evaluation,
}: Pick<PairData<unknown>, 'train' | 'evaluation'>): number {
  return [...train, ...evaluation].reduce(
    (most, { negatives }) => Math.max(most, negatives.length),
    0,
  );
}
