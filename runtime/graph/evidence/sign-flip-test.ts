import { fairTails, normalTails } from './distributions.ts';
import { SeededRandom } from './seeded-random.ts';
import { atOnce, type Turns } from './turns.ts';

const draws = 9999;
/** Of a level for which that many do not tell, nothing is shown but what Hoeffding's bound shows. */
const mostDraws = 1_000_000;
/** Signs drawn in a turn: a few dozen milliseconds. */
export const signsPerTurn = 4_000_000;
/** Up to so many differences all of their signs are tried. */
const few = 16;
/** From so many on, the normal limit takes the place of drawing. */
export const many = 5000;

/** How many draws tell a level; of finer ones nothing is shown. */
export const drawsFor = (level: number): number =>
  Math.min(mostDraws, Math.max(draws, Math.ceil(10 / level)));

/**
 * Two-sided p of the paired sign-flip test: if a variant and the baseline were alike, each difference could as well
 * have the other sign; p is the share of all choices of signs whose sum is as far from 0 as the one seen. Exact where
 * all differences are of one size (it is McNemar's exact test then) and where there are few, else of 9,999 seeded draws,
 * with the one seen among them (Phipson & Smyth 2010). Differences of 0 change nothing. 1 where there is none other.
 */
export function signFlipTest(differences: Float64Array, seed: number): number {
  const sample = sampleOf(differences);
  return exactly(sample) ?? (1 + atOnce(drawnAsFar(sample, { seed, count: draws }))) / (draws + 1);
}

/**
 * Whether p of the same test is at most `level`, which may be far below what 9,999 draws can tell. Where p is small beyond
 * doubt no signs are drawn; else as many are as it takes, and no more once it is not.
 */
export function* signFlipShows(
  differences: Float64Array,
  { level, seed }: { readonly level: number; readonly seed: number },
): Turns<boolean> {
  const sample = sampleOf(differences);
  const p = exactly(sample);
  if (p !== undefined) return p <= level;
  if (pAtMost(sample) <= level) return true;
  const count = drawsFor(level);
  const most = Math.floor(level * (count + 1)) - 1;
  return (yield* drawnAsFar(sample, { seed, count, most })) <= most;
}

/** Hoeffding's bound of p, whatever the differences are. */
function pAtMost({ differing, far }: Sample): number {
  const squares = differing.reduce((sum, value) => sum + value * value, 0);
  return 2 * Math.exp((-far * far) / (2 * squares));
}

interface Sample {
  /** Those that are not 0. */
  readonly differing: Float64Array;
  readonly sum: number;
  /** Sums as far from 0 as this count; those that differ in rounding only are equal. */
  readonly far: number;
  readonly largest: number;
}

function sampleOf(differences: Float64Array): Sample {
  const largest = differences.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const differing = differences.filter((value) => Math.abs(value) > 1e-9 * largest);
  const sum = differing.reduce((total, value) => total + value, 0);
  return { differing, sum, largest, far: Math.abs(sum) - 1e-9 * largest };
}

/** p where no signs need be drawn. */
function exactly({ differing, sum, far, largest }: Sample): number | undefined {
  if (differing.length === 0) return 1;
  const evenly = differing.every((value) => Math.abs(value) >= (1 - 1e-9) * largest);
  if (evenly) return fairTails(differing.filter((value) => value > 0).length, differing.length);
  if (differing.length <= few) return allSigns(differing, far);
  if (differing.length < many) return undefined;
  return normalTails(sum / Math.sqrt(differing.reduce((total, value) => total + value * value, 0)));
}

function allSigns(values: Float64Array, far: number): number {
  // The last keeps its sign: the other half of the choices mirrors this one.
  const free = values.length - 1;
  const choices = 2 ** free;
  let sum = values.reduce((total, value) => total + value, 0);
  const signed = Float64Array.from(values);
  let as = Math.abs(sum) >= far ? 1 : 0;
  for (let choice = 1; choice < choices; choice += 1) {
    // Gray code: one sign changes at a time.
    const flip = 31 - Math.clz32(choice & -choice);
    const value = signed[flip] ?? 0;
    sum -= 2 * value;
    signed[flip] = -value;
    if (Math.abs(sum) >= far) as += 1;
  }
  return as / choices;
}

/** Of so many draws of signs, those whose sum is as far; counted until there are more than `most`. */
function* drawnAsFar(
  { differing, far }: Sample,
  {
    seed,
    count,
    most = count,
  }: { readonly seed: number; readonly count: number; readonly most?: number },
): Turns<number> {
  const random = new SeededRandom(seed);
  const turn = Math.ceil(signsPerTurn / differing.length);
  let as = 0;
  for (let draw = 0; draw < count && as <= most; draw += 1) {
    let sum = 0;
    let bits = 0;
    for (let at = 0; at < differing.length; at += 1) {
      if (at % 32 === 0) bits = random.bits();
      const value = differing[at] ?? 0;
      sum += (bits & 1) === 0 ? value : -value;
      bits >>>= 1;
    }
    if (Math.abs(sum) >= far) as += 1;
    if ((draw + 1) % turn === 0) yield;
  }
  return as;
}

/** A test among others. */
export interface HolmTest {
  readonly adjustedP: number;
  /** The level at which it was tested: `adjustedP` is at most the error exactly where its p is at most this. */
  readonly level: number;
}

/**
 * Holm's step-down correction, in the order given: where those with an adjusted p of at most `error` are taken for
 * differences, the probability that any of them is none is at most that, however the tests depend on each other. The
 * least p is tested at `error` divided by the number of tests, the next by one less, until one is not rejected; the rest
 * are held to the level of that one. Equal p have the level of the first of them, so the order given does not matter.
 */
export function holm(ps: readonly number[], error: number): HolmTest[] {
  const order = ps.map((_, at) => at).sort((a, b) => (ps[a] ?? 1) - (ps[b] ?? 1));
  const tests = ps.map((): HolmTest => ({ adjustedP: 1, level: error }));
  let greatest = 0;
  let left = ps.length;
  let before: { readonly p: number; readonly level: number } | undefined;
  for (const [rank, at] of order.entries()) {
    const p = ps[at] ?? 1;
    greatest = Math.max(greatest, Math.min(1, (ps.length - rank) * p));
    // The same comparison as of the adjusted p: divided by the number, a p at its level may round to either side.
    if (before?.p !== p) before = { p, level: error / left };
    tests[at] = { adjustedP: greatest, level: before.level };
    if (greatest <= error) left -= 1;
  }
  return tests;
}
