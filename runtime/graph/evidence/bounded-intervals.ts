import { normalQuantile, withoutRounding } from './distributions.ts';
import type { Interval } from '../metrics/evidence-table.ts';

/**
 * Interval of the mean of values from `least` to `most`: Wilson's score interval for the number of yes–no values with
 * the same spread (effective sample size of Korn & Graubard 1998). For yes–no values it is Wilson's own.
 */
export function boundedMeanInterval(
  pseudo: Float64Array,
  [least, most]: readonly [number, number],
  confidence: number,
): Interval {
  const width = most - least;
  const n = pseudo.length;
  const { mean, variance } = moments(pseudo);
  const within = Math.min(1, Math.max(0, (mean - least) / width));
  // So close to an edge, the distance is rounding.
  const share = within * (1 - within) <= 1e-12 ? Math.round(within) : within;
  const spread = share * (1 - share) * width * width;
  // At the edge the spread is unknown; between the edges it is zero if all values are equal.
  if (variance <= 1e-12 * width * width && spread > 0) return [mean, mean];
  const size = spread === 0 ? n : n * (spread / variance);
  const z = normalQuantile(0.5 + confidence / 2);
  const scaled = 1 + (z * z) / size;
  const middle = (share + (z * z) / (2 * size)) / scaled;
  const half = (z * Math.sqrt((share * (1 - share)) / size + (z * z) / (4 * size * size))) / scaled;
  // The ends are the roots of one quadratic. Their product avoids the difference of nearly equal numbers: for a share
  // of 0 the lower end is exactly 0.
  const lower = share ** 2 / (scaled * (middle + half));
  const upper = 1 - (1 - share) ** 2 / (scaled * (1 - middle + half));
  return [least + width * lower, least + width * upper];
}

/**
 * Interval of a mean paired difference, for values that lie within `width` of each other. It adds one pair that is
 * better and one that is worse, so that an unseen difference is not impossible (Bonett & Price 2012), and shifts both
 * ends by the skewness of the differing pairs (Johnson 1978). The two added pairs differ by the root mean square of the
 * differing pairs; yes–no values differ by 1. If the two pairs pull it past the observed mean, it extends to that mean.
 * bench/statistics shows why this one was chosen.
 */
export function boundedDifferenceInterval(
  differences: Float64Array,
  width: number,
  confidence: number,
): Interval {
  let [sum, squares, cubes, differing] = [0, 0, 0, 0];
  for (const difference of differences) {
    if (Math.abs(difference) <= 1e-12 * width) continue;
    sum += difference;
    squares += difference ** 2;
    cubes += difference ** 3;
    differing += 1;
  }
  const seen = withoutRounding(sum, Math.sqrt(squares * differing)) / differences.length;
  const apart = differing === 0 ? width * width : squares / differing;
  const n = differences.length + 2;
  const mean = sum / n;
  const square = (squares + 2 * apart) / n;
  const variance = square - mean * mean;
  // All pairs differ by the same, the largest possible amount.
  if (variance <= 1e-12 * apart) return [seen, seen];
  const third = cubes / n - 3 * mean * square + 2 * mean ** 3;
  const z = normalQuantile(0.5 + confidence / 2);
  const middle = mean + (third * (1 + 2 * z * z)) / (6 * variance * n);
  const half = z * Math.sqrt(variance / n);
  return [
    Math.min(seen, Math.max(-width, withoutRounding(middle - half, half))),
    Math.max(seen, Math.min(width, withoutRounding(middle + half, half))),
  ];
}

/** Mean, and the mean square of the deviations from it. */
function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / values.length };
}
