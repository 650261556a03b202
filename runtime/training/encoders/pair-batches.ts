import { rowsOfStep, stepsPerEpoch } from '../data/epoch.ts';
import type { EncoderRequest } from './encoder-request.ts';
import type { TokenPair } from './text-feeds.ts';

/** Pairs whose questions pick out of all their passages. */
export interface PairBatch {
  readonly pairs: readonly TokenPair[];
  /** Questions that count, the first; the pairs behind them only bring passages. */
  readonly counted: number;
}

type Batching = Pick<EncoderRequest, 'train' | 'evaluation' | 'batch' | 'seed'>;

/**
 * The pairs of a step. What a question is told from is the rest of its batch, so the last batch of an epoch is filled up
 * with pairs of its first one, which are trained on once more: else a pair may be left alone, and have nothing to learn.
 */
export function trainingBatch({ train, batch, seed }: Batching, step: number): PairBatch {
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
export function evaluationBatches({ train, evaluation, batch }: Batching): PairBatch[] {
  const batches: PairBatch[] = [];
  for (let start = 0; start < evaluation.length; start += batch) {
    const own = evaluation.slice(start, start + batch);
    const others = [...evaluation.slice(0, start), ...train].slice(0, batch - own.length);
    batches.push({ pairs: [...own, ...others], counted: own.length });
  }
  return batches;
}

/** The batches of the first epoch, which has every pair. */
export function firstBatches(request: Batching): PairBatch[] {
  const { train, batch } = request;
  return Array.from({ length: stepsPerEpoch(train.length, batch) }, (_, step) =>
    trainingBatch(request, step),
  );
}
