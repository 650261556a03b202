import { normalQuantile, withoutRounding } from './distributions.ts';
import type { Interval } from '../metrics/evidence-table.ts';
import type { Scale } from './item-values.ts';
import type { QuestionSums } from './questions.ts';
import { SeededRandom } from './seeded-random.ts';

/** What is resampled: the mean of one arm or, with `less`, its difference from another arm over the same questions. */
export interface Resampled {
  readonly arm: QuestionSums;
  readonly less?: QuestionSums;
  readonly scale: Scale;
}
export interface IntervalOptions {
  /** 0.95. */
  readonly confidence: number;
  /** Seed of the resampling. */
  readonly seed: number;
}

const resamples = 1999;
/** Beyond this quantile, resampling has too few samples: the interval then grows like the normal one. */
const seen = 0.99;
/** From this many questions on, the normal limit is as good as resampling. */
const many = 5000;

/**
 * Interval of a mean, weighted or not: the symmetric studentized bootstrap over questions (Hall 1988). It keeps its
 * confidence for skewed values and uneven weights, such as losses and tokens. For very many questions it is the normal
 * interval. Null if the questions are too few or too similar.
 */
export function studentizedInterval(
  resampled: Resampled,
  { confidence, seed }: IntervalOptions,
): Interval | null {
  const n = resampled.arm.sums.length;
  const order = Int32Array.from({ length: n }, (_, at) => at);
  const { value, error } = valueAndError(resampled, order);
  if (error === 0) return n < 2 ? null : [value, value];
  let half = distance(confidence) * error;
  if (n < many) {
    const random = new SeededRandom(seed);
    const ratios = new Float64Array(resamples);
    for (let at = 0; at < resamples; at += 1) {
      for (let place = 0; place < n; place += 1) order[place] = random.index(n);
      const again = valueAndError(resampled, order);
      const far = Math.abs(again.value - value);
      ratios[at] = far === 0 ? 0 : far / again.error;
    }
    ratios.sort();
    const within = Math.min(confidence, seen);
    const ratio = ratios[Math.ceil(within * (resamples + 1)) - 1] ?? Number.POSITIVE_INFINITY;
    half = ((ratio * distance(confidence)) / distance(within)) * error;
  }
  if (!Number.isFinite(half)) return null;
  return [withoutRounding(value - half, half), withoutRounding(value + half, half)];
}

/** Standard errors that a normal interval extends to either side. */
function distance(confidence: number): number {
  return normalQuantile(0.5 + confidence / 2);
}

/** The estimate over the questions in `order`, and its standard error to first order; 0 without spread. */
function valueAndError(
  { arm, less, scale }: Resampled,
  order: Int32Array,
): { readonly value: number; readonly error: number } {
  const one = ratio(arm, order);
  const other = less === undefined ? undefined : ratio(less, order);
  const slope = scale.slope(one.mean) / one.total;
  const otherSlope = other === undefined ? 0 : scale.slope(other.mean) / other.total;
  let squares = 0;
  let greatest = 0;
  for (const at of order) {
    const residual = slope * residualOf(arm, one.mean, at);
    const otherResidual =
      less === undefined || other === undefined ? 0 : otherSlope * residualOf(less, other.mean, at);
    squares += (residual - otherResidual) ** 2;
    greatest = Math.max(
      greatest,
      Math.abs(scale.slope(one.mean) * (arm.sums[at] ?? 0)) / one.total,
    );
  }
  const n = order.length;
  // Equal numbers leave only rounding.
  const error = squares <= n * (1e-12 * greatest) ** 2 ? 0 : Math.sqrt((squares * n) / (n - 1));
  const [own, base] = [scale.from(one.mean), other === undefined ? 0 : scale.from(other.mean)];
  const value = withoutRounding(own - base, Math.max(Math.abs(own), Math.abs(base)));
  return { value, error };
}

function residualOf({ sums, weights }: QuestionSums, mean: number, at: number): number {
  return (sums[at] ?? 0) - mean * (weights[at] ?? 0);
}

function ratio(
  { sums, weights }: QuestionSums,
  order: Int32Array,
): { readonly mean: number; readonly total: number } {
  let sum = 0;
  let total = 0;
  for (const at of order) {
    sum += sums[at] ?? 0;
    total += weights[at] ?? 0;
  }
  return { mean: sum / total, total };
}
