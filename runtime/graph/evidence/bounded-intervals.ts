import { normalQuantile } from './distributions.ts';
import { tDistance } from './student-t.ts';
import type { Spread } from './two-way.ts';
import type { Interval } from '../metrics/evidence-table.ts';

/**
 * Interval of the mean of values from `least` to `most`: Wilson's score interval, which inverts the score test, for the
 * number of yes–no values with the same spread (effective sample size of Korn & Graubard 1998). For yes–no values it is
 * Wilson's own. With `overSeeds`, the spread of the mean over seeds too.
 */
export function boundedMeanInterval(
  pseudo: Float64Array,
  [least, most]: readonly [number, number],
  { level, overSeeds }: { readonly level: number; readonly overSeeds?: Spread | undefined },
): Interval {
  const width = most - least;
  const n = pseudo.length;
  const { mean, variance: ofGroups } = moments(pseudo);
  const variance = Math.max(ofGroups, n * (overSeeds?.variance ?? 0));
  const within = Math.min(1, Math.max(0, (mean - least) / width));
  // So close to an edge, the distance is rounding.
  const share = within * (1 - within) <= 1e-12 ? Math.round(within) : within;
  const spread = share * (1 - share) * width * width;
  // At the edge the spread is unknown; between the edges it is zero if all values are equal.
  if (variance <= 1e-12 * width * width && spread > 0) return [mean, mean];
  const size = spread === 0 ? n : n * (spread / variance);
  const z =
    overSeeds === undefined || overSeeds.variance === 0
      ? normalQuantile(1 - level / 2)
      : tDistance(level, overSeeds.freedom);
  const scaled = 1 + (z * z) / size;
  const middle = (share + (z * z) / (2 * size)) / scaled;
  const half = (z * Math.sqrt((share * (1 - share)) / size + (z * z) / (4 * size * size))) / scaled;
  // The ends are the roots of one quadratic. Their product avoids the difference of nearly equal numbers: for a share
  // of 0 the lower end is exactly 0.
  const lower = share ** 2 / (scaled * (middle + half));
  const upper = 1 - (1 - share) ** 2 / (scaled * (1 - middle + half));
  return [least + width * lower, least + width * upper];
}

/** Mean, and the mean square of the deviations from it. */
function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / values.length };
}
