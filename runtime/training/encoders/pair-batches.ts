import type { TextPair } from '@graft/graph';
import { rowsOfStep, stepsPerEpoch } from '../data/epoch.ts';

/** Pairs whose questions pick from all their passages. */
export interface PairBatch<Text = readonly number[]> {
  readonly pairs: readonly TextPair<Text>[];
  /** Number of questions that count, which come first; the pairs after them only bring passages. */
  readonly counted: number;
}

/** The pairs of a training, and how to draw them. */
export interface PairData<Text = readonly number[]> {
  readonly train: readonly TextPair<Text>[];
  /** May be empty: then there is no evaluation loss. */
  readonly evaluation: readonly TextPair<Text>[];
  /** Pairs of a step. */
  readonly batch: number;
  readonly seed: number;
}

/** All passages that a pair brings to a batch, its own first. */
export function passagesOf<Text>({ passage, negatives }: TextPair<Text>): readonly Text[] {
  return [passage, ...negatives];
}

/**
 * The pairs of a step. A question competes with the rest of its batch, so the last batch of an epoch is filled with
 * pairs of its first one, which are trained again: otherwise a lone pair could learn nothing.
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
 * Batches for evaluation. An incomplete one borrows passages of other pairs, training pairs last, so that all questions
 * face equally many.
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

/** The most of any pair: the capacity of programs. */
export function mostNegatives({
  train,
  evaluation,
}: Pick<PairData<unknown>, 'train' | 'evaluation'>): number {
  return [...train, ...evaluation].reduce(
    (most, { negatives }) => Math.max(most, negatives.length),
    0,
  );
}
