import { GraphError } from '@graft/graph';
import type { Feeds } from '../ir/executor.ts';
import type { PreparedExample } from './prepared-example.ts';
import type { Row } from './rows.ts';

/** Rows computed at once. */
export interface MicroBatch {
  readonly rows: readonly Row[];
  /** Rows of the program; those beyond `rows` are blank. */
  readonly size: number;
  /** Tokens of each row of the program. */
  readonly length: number;
  /** Positions of the program's head; absent: all. */
  readonly places?: number;
}

export interface BatchShapes {
  /** Rows of a micro-batch. */
  readonly size: number;
  /** Lengths, ascending; every row fits the last. */
  readonly buckets: readonly number[];
  /** By length, the number of head positions: see `headPlaces`. */
  readonly places?: ReadonlyMap<number, number>;
}

/** Splits the rows of one optimizer step into micro-batches, longest first, each in the shortest bucket that fits. */
export function microBatches(
  rows: readonly Row[],
  { size, buckets, places: byLength }: BatchShapes,
): MicroBatch[] {
  const sorted = rows.toSorted((a, b) => b.length - a.length);
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) => {
    const chosen = sorted.slice(i * size, (i + 1) * size);
    const longest = chosen[0]?.length ?? 0;
    const length = buckets.find((bucket) => bucket >= longest) ?? longest;
    const places = byLength?.get(length);
    return { rows: chosen, size, length, ...(places === undefined ? {} : { places }) };
  });
}

/** Tokens that the programs compute for these micro-batches, with padding and blank rows. */
export function paddedTokens(batches: readonly MicroBatch[]): number {
  return batches.reduce((sum, { size, length }) => sum + size * length, 0);
}

/**
 * Inputs of a forward or training program. `divisor` is the number of trained tokens of the whole optimizer step, so
 * that losses and gradients of its micro-batches add up exactly.
 */
export function feedsOf(
  { rows, size, length, places }: MicroBatch,
  examples: readonly PreparedExample[],
  divisor: number,
): Feeds {
  const ids = (): Int32Array => new Int32Array(size * length);
  const tokens = ids();
  const positions = ids();
  const labels = ids();
  // Padding is a separate segment: no text sees it.
  const segments = ids().fill(-1);
  const weights = new Float32Array(size * length);
  for (const [place, row] of rows.entries()) {
    let at = place * length;
    for (const [segment, index] of row.examples.entries()) {
      const example = examples[index];
      if (example === undefined) continue;
      const end = at + example.inputs.length;
      tokens.set(example.inputs, at);
      labels.set(example.labels, at);
      segments.fill(segment, at, end);
      for (let i = 0; i < example.inputs.length; i++) {
        positions[at + i] = i;
        weights[at + i] = (example.mask[i] ?? 0) / divisor;
      }
      at = end;
    }
  }
  const row = { tokens, positions, segments };
  return {
    ...row,
    ...(places === undefined ? { labels, weights } : gathered(places, labels, weights)),
  };
}

/** Labels and weights of the counted positions, and their indices; unused ones have weight 0. */
function gathered(count: number, labels: Int32Array, weights: Float32Array): Feeds {
  const result = {
    places: new Int32Array(count),
    labels: new Int32Array(count),
    weights: new Float32Array(count),
  };
  let at = 0;
  for (const [place, weight] of weights.entries()) {
    if (weight === 0) continue;
    if (at === count) {
      throw new GraphError('internal', `more than ${count} places of a micro-batch count`, {
        audience: 'developer',
      });
    }
    result.places[at] = place;
    result.labels[at] = labels[place] ?? 0;
    result.weights[at] = weight;
    at += 1;
  }
  return result;
}
