import type { Feeds } from '../ir/executor.ts';
import type { PreparedExample } from './prepared-example.ts';
import type { Row } from './rows.ts';

/** Rows that are computed at once. */
export interface MicroBatch {
  readonly rows: readonly Row[];
  /** Rows of the program; those beyond `rows` are blank. */
  readonly size: number;
  /** Tokens of each row of the program. */
  readonly length: number;
}

export interface BatchShapes {
  /** Rows of a micro-batch. */
  readonly size: number;
  /** Lengths, ascending; the last takes every row. */
  readonly buckets: readonly number[];
}

/** The rows of one optimizer step in micro-batches, longest first, each in the shortest bucket that takes it. */
export function microBatches(rows: readonly Row[], { size, buckets }: BatchShapes): MicroBatch[] {
  const sorted = rows.toSorted((a, b) => b.length - a.length);
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) => {
    const chosen = sorted.slice(i * size, (i + 1) * size);
    const longest = chosen[0]?.length ?? 0;
    const length = buckets.find((bucket) => bucket >= longest) ?? longest;
    return { rows: chosen, size, length };
  });
}

/** Tokens of the programs that compute these micro-batches, padding and blank rows included. */
export function paddedTokens(batches: readonly MicroBatch[]): number {
  return batches.reduce((sum, { size, length }) => sum + size * length, 0);
}

/**
 * Inputs of a forward or training program. `divisor` is the number of trained tokens of the whole optimizer step,
 * so that losses and gradients of its micro-batches add up exactly.
 */
export function feedsOf(
  { rows, size, length }: MicroBatch,
  examples: readonly PreparedExample[],
  divisor: number,
): Feeds {
  const ids = (): Int32Array => new Int32Array(size * length);
  const tokens = ids();
  const positions = ids();
  const labels = ids();
  // Padding is a segment of its own: no text sees it.
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
  return { tokens, positions, segments, labels, weights };
}
