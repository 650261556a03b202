import type { EncodedText } from '@graft/graph';

/** One output of a padded batch: row-major `dims`, on the CPU. */
export interface BatchOutput {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

const probe = (length: number): EncodedText => ({
  // Any ids will do; every vocabulary has a thousand.
  ids: Array.from({ length }, (_, at) => 100 + ((at * 389) % 900)),
  segments: [],
});

/** Two texts, one padded: lengths on both sides of those at which providers change kernels. */
export const probeRows: readonly EncodedText[] = [probe(40), probe(12)];

/** Relative difference of the probe's results that rounding can explain; wrong kernels gave 0.05 and more. */
const tolerance = 1e-2;

/** Whether two providers computed the same. What stands at padding is anyone's. */
export function isSameResult(expected: BatchOutput, actual: BatchOutput): boolean {
  if (expected.data.length !== actual.data.length) return false;
  const perRow = expected.data.length / probeRows.length;
  const perToken = expected.dims.length === 3 ? (expected.dims[2] ?? 1) : perRow;
  let difference = 0;
  let size = 0;
  probeRows.forEach(({ ids }, row) => {
    const end = Math.min(perRow, ids.length * perToken);
    for (let at = row * perRow; at < row * perRow + end; at++) {
      const value = expected.data[at] ?? 0;
      difference += (value - (actual.data[at] ?? 0)) ** 2;
      size += value ** 2;
    }
  });
  // Not a number is never equal.
  return Math.sqrt(difference) <= tolerance * Math.sqrt(size);
}
