import type { Interval } from '../metrics/evidence-table.ts';
import { normalQuantile } from './distributions.ts';
import { type GroupSums, meanOf, meanSize, total } from './groups.ts';
import { SeededRandom } from './seeded-random.ts';
import { drawsFor, many, signsPerTurn } from './sign-flip-test.ts';
import type { Turns } from './turns.ts';

/** Up to so many groups all of their signs are tried. */
const few = 16;

/** A level, and the seed of the drawn signs. */
export interface IntervalOptions {
  /** 0.05 for an interval of 95 %. */
  readonly level: number;
  readonly seed: number;
  /** The test of 0 rejects at this level, so 0 is not in the interval, whatever the draws of signs say. */
  readonly rejects?: boolean;
}

/**
 * The means that the two-sided sign-flip test does not reject at a level. Signs split the groups in two halves. A mean
 * is as far from the one seen as the signs of the differences from it allow where it lies between the means of the
 * halves (Hartigan 1969, typical values); so the lower end is a quantile of the lower of the two means, over all choices
 * of signs. Exact up to 16 groups, else of the draws of the test. It never leaves the values of the groups. An end is
 * infinite if no choice of signs is as rare as the level, as with five groups at 5 %.
 */
export function* signFlipInterval(groups: GroupSums, options: IntervalOptions): Turns<Interval> {
  const { level, rejects = false } = options;
  const n = groups.sums.length;
  if (n >= many) {
    const found = normalInterval(groups, level);
    return rejects ? withoutZero(found, groups) : found;
  }
  const exact = n <= few;
  const { lows, highs } = exact ? allHalves(groups) : yield* drawnHalves(groups, options);
  // Rejected: of all signs at most that share; of draws with the one seen among them.
  const at = exact
    ? Math.floor(level * lows.length + 1e-9)
    : Math.max(0, Math.floor(level * (lows.length + 1) + 1e-9) - 1);
  const [low, high] = [valueAt(lows, at), valueAt(highs, highs.length - 1 - at)];
  if (!rejects) return [low, high];
  const rounding = 1e-9 * meanSize(groups);
  return meanOf(groups) > 0
    ? [low > rounding ? low : least(lows, rounding), high]
    : [
        low,
        high < -rounding
          ? high
          : -least(
              highs.map((value) => -value),
              rounding,
            ),
      ];
}

/** The near end of an interval whose test rejects 0: a test of evenly large differences is exact, and its limit is not. */
function withoutZero([low, high]: Interval, groups: GroupSums): Interval {
  const mean = meanOf(groups);
  const rounding = 1e-9 * meanSize(groups);
  const smallest = least(groups.sums.map(Math.abs), rounding);
  const near = Math.min(Math.abs(mean), smallest / total(groups.weights));
  return mean > 0 ? [low > rounding ? low : near, high] : [low, high < -rounding ? high : -near];
}

/** The least value above a bound. */
const least = (values: Float64Array, bound: number): number =>
  values.reduce((most, value) => (value > bound && value < most ? value : most), Infinity);

/** The value at a place of their ascending order, by Hoare's selection; reorders them. */
function valueAt(values: Float64Array, place: number): number {
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const pivot = values[(from + to) >> 1] ?? 0;
    let [left, right] = [from, to];
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left += 1;
      while ((values[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      [values[left], values[right]] = [values[right] ?? 0, values[left] ?? 0];
      left += 1;
      right -= 1;
    }
    if (place <= right) to = right;
    else if (place >= left) from = left;
    else break;
  }
  return values[place] ?? Number.NaN;
}

/** The lower and the higher mean of the two halves for each choice of signs. */
interface Halves {
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

function allHalves({ sums, weights }: GroupSums): Halves {
  // The last group stays in its half: the other choices mirror these.
  const choices = 2 ** (sums.length - 1);
  const [lows, highs] = [new Float64Array(choices), new Float64Array(choices)];
  const [sum, weight] = [total(sums), total(weights)];
  for (let choice = 0; choice < choices; choice += 1) {
    let [part, partWeight] = [0, 0];
    for (let at = 0; choice >> at !== 0; at += 1) {
      if (((choice >> at) & 1) === 0) continue;
      part += sums[at] ?? 0;
      partWeight += weights[at] ?? 0;
    }
    const isWhole = choice === 0;
    const [mean, other] = [part / partWeight, (sum - part) / (weight - partWeight)];
    lows[choice] = isWhole ? -Infinity : Math.min(mean, other);
    highs[choice] = isWhole ? Infinity : Math.max(mean, other);
  }
  return { lows, highs };
}

function* drawnHalves(groups: GroupSums, options: IntervalOptions): Turns<Halves> {
  const { sums, weights } = groups;
  const n = sums.length;
  const count = drawsFor(options.level);
  const random = new SeededRandom(options.seed);
  const turn = Math.ceil((8 * signsPerTurn) / n);
  const [lows, highs] = [new Float64Array(count), new Float64Array(count)];
  const [sum, weight] = [total(sums), total(weights)];
  const [parts, partWeights] = [byteSums(sums), byteSums(weights)];
  const none = 1e-12 * weight;
  for (let draw = 0; draw < count; draw += 1) {
    let [part, partWeight, bits] = [0, 0, 0];
    for (let byte = 0; byte < parts.length; byte += 256) {
      if (byte % 1024 === 0) bits = random.bits();
      part += parts[byte + (bits & 255)] ?? 0;
      partWeight += partWeights[byte + (bits & 255)] ?? 0;
      bits >>>= 8;
    }
    const isWhole = partWeight <= none || partWeight >= weight - none;
    const [mean, other] = [part / partWeight, (sum - part) / (weight - partWeight)];
    lows[draw] = isWhole ? -Infinity : Math.min(mean, other);
    highs[draw] = isWhole ? Infinity : Math.max(mean, other);
    if ((draw + 1) % turn === 0) yield;
  }
  return { lows, highs };
}

/** For each eight values their sum under each of the 256 choices of them. */
function byteSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(256 * Math.ceil(values.length / 8));
  for (let at = 0; at < sums.length; at += 1) {
    const choice = at & 255;
    // Without the lowest chosen one it is an earlier choice.
    const lowest = 31 - Math.clz32(choice & -choice);
    sums[at] =
      choice === 0 ? 0 : (sums[at - (1 << lowest)] ?? 0) + (values[8 * (at >> 8) + lowest] ?? 0);
  }
  return sums;
}

/** The same in the normal limit: where (Σ − mean × weight)² = z² Σ (sum − mean × weight)². */
function normalInterval({ sums, weights }: GroupSums, level: number): Interval {
  const z = normalQuantile(1 - level / 2);
  let [squares, mixed, weightSquares] = [0, 0, 0];
  for (const [at, sum] of sums.entries()) {
    const weight = weights[at] ?? 0;
    squares += sum * sum;
    mixed += sum * weight;
    weightSquares += weight * weight;
  }
  const [sum, weight] = [total(sums), total(weights)];
  const a = weight * weight - z * z * weightSquares;
  if (a <= 0) return [-Infinity, Infinity];
  const b = sum * weight - z * z * mixed;
  const c = sum * sum - z * z * squares;
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return [(b - root) / a, (b + root) / a];
}
