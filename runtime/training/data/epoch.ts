import { Random, seedFor } from '../optimizer/random.ts';

export interface EpochOptions {
  readonly seed: number;
  /** Rows of an optimizer step. */
  readonly batch: number;
}

/** Optimizer steps of one pass over the rows; the last may have fewer rows. */
export function stepsPerEpoch(rows: number, batch: number): number {
  return Math.ceil(rows / batch);
}

/**
 * The rows of one optimizer step, counted from 0 over all epochs. Each epoch has its own order, which depends only on
 * the seed and its number, so that a resumed run needs only the step.
 */
export function rowsOfStep<T>(rows: readonly T[], step: number, options: EpochOptions): T[] {
  const { seed, batch } = options;
  const steps = stepsPerEpoch(rows.length, batch);
  const order = epochOrder(rows.length, seedFor(`epoch ${Math.floor(step / steps)}`, seed));
  const start = (step % steps) * batch;
  return order.slice(start, start + batch).flatMap((place) => rows.slice(place, place + 1));
}

/** Cache of the last order: the steps of an epoch come one after another. */
let last: { readonly count: number; readonly seed: number; readonly order: readonly number[] } = {
  count: 0,
  seed: 0,
  order: [],
};

/** Row indices in the order of an epoch. */
function epochOrder(count: number, seed: number): readonly number[] {
  if (last.count !== count || last.seed !== seed) {
    const places = Array.from({ length: count }, (_, place) => place);
    last = { count, seed, order: new Random(seed).shuffled(places) };
  }
  return last.order;
}
