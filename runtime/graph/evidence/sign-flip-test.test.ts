import { describe, expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.ts';
import { signFlipShows, signFlipTest, holm } from './sign-flip-test.ts';
import { normal } from './testing/simulated-answers.ts';
import { atOnce } from './turns.ts';

const test = (...differences: number[]) => signFlipTest(Float64Array.from(differences), 1);
const shows = (differences: Float64Array, level: number) =>
  atOnce(signFlipShows(differences, { level, seed: 1 }));
/** Every choice of signs, one by one. */
function byCounting(differences: readonly number[]): number {
  const total = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  let as = 0;
  for (let choice = 0; choice < 2 ** differences.length; choice += 1) {
    const sum = differences.reduce(
      (all, value, at) => all + ((choice >> at) & 1 ? -value : value),
      0,
    );
    if (Math.abs(sum) >= total - 1e-9) as += 1;
  }
  return as / 2 ** differences.length;
}

describe('signFlipTest', () => {
  it('is McNemar’s exact test of right and wrong answers', () => {
    const twelveToTwo = [...Array<number>(12).fill(1), -1, -1, ...Array<number>(86).fill(0)];
    expect(test(...twelveToTwo)).toBeCloseTo(0.012939, 6);
  });

  it('counts all signs of few differences', () => {
    const random = new SeededRandom(3);
    for (let round = 0; round < 20; round += 1) {
      const differences = Array.from({ length: 2 + (round % 9) }, () => normal(random) + 0.7);
      expect(test(...differences)).toBeCloseTo(byCounting(differences), 12);
    }
    // Sums that are equal but for rounding count as equal.
    expect(test(0.1, 0.2, 0.3)).toBeCloseTo(byCounting([0.1, 0.2, 0.3]), 12);
  });

  it('draws the signs of more, near to what counting gives and the same every time', () => {
    const random = new SeededRandom(4);
    const differences = Array.from({ length: 17 }, () => normal(random) + 0.5);
    expect(test(...differences)).toBe(test(...differences));
    expect(Math.abs(test(...differences) - byCounting(differences))).toBeLessThan(0.01);
    expect(test(...Array.from({ length: 40 }, (_, at) => 1 + at / 100))).toBe(1 / 10_000);
  });

  it('is compared with levels that 9,999 draws cannot tell', () => {
    // Twenty that all gain, of several sizes: none but all signs alike is as far.
    const all = Float64Array.from({ length: 20 }, (_, at) => 1 + at / 100);
    const p = 2 * 2 ** -20;
    expect(shows(all, 10 * p)).toBe(true);
    expect(shows(all, p / 10)).toBe(false);
    const random = new SeededRandom(6);
    const some = Float64Array.from({ length: 17 }, () => normal(random) + 0.5);
    const exact = byCounting([...some]);
    expect(shows(some, exact * 1.5)).toBe(true);
    expect(shows(some, exact / 1.5)).toBe(false);
  });

  it('draws no signs where p is small beyond doubt, and never more than a million', () => {
    const spread = (mean: number): Float64Array =>
      Float64Array.from({ length: 1000 }, (_, at) => mean + ((at * 7919) % 100) / 100 - 0.495);
    const outcome = (differences: Float64Array, level: number) => {
      const work = signFlipShows(differences, { level, seed: 1 });
      for (let turns = 0; ; turns += 1) {
        const { done, value } = work.next();
        if (done === true) return { shown: value, turns };
      }
    };
    expect(outcome(spread(0.1), 1e-5)).toEqual({ shown: true, turns: 0 });
    // Near the level they are drawn, with a pause every few dozen milliseconds.
    expect(outcome(spread(0.0375), 1e-4)).toEqual({ shown: true, turns: 25 });
    expect(outcome(spread(0.033), 1e-4)).toMatchObject({ shown: false });
    // Of a level that takes more, nothing is said by drawing.
    expect(outcome(spread(0.055), 1e-12)).toEqual({ shown: false, turns: 0 });
  });

  it('goes over into the normal limit', () => {
    const random = new SeededRandom(5);
    const many = Array.from({ length: 4999 }, () => normal(random) + 0.03);
    expect(Math.abs(test(...many) - test(...many, 1e-6))).toBeLessThan(0.02);
  });

  it('sees nothing where nothing differs', () => {
    expect(test()).toBe(1);
    expect(test(0, 0, 0)).toBe(1);
    expect(test(1, -1)).toBe(1);
  });
});

describe('Holm’s correction', () => {
  it('multiplies by how many are left, never letting one pass another', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005], 0.05).map(({ adjustedP }) => adjustedP);
    for (const [at, p] of [0.03, 0.06, 0.06, 0.02].entries()) {
      expect(adjusted[at]).toBeCloseTo(p, 12);
    }
    expect(holm([0.6, 0.7], 0.05).map(({ adjustedP }) => adjustedP)).toEqual([1, 1]);
    expect(holm([], 0.05)).toEqual([]);
  });

  it('tells the level of each test: one that is not rejected holds all after it', () => {
    const ps = [0.01, 0.04, 0.03, 0.005];
    const levels = holm(ps, 0.05).map(({ level }) => level);
    for (const [at, level] of [0.05 / 3, 0.025, 0.025, 0.0125].entries()) {
      expect(levels[at]).toBeCloseTo(level, 12);
    }
  });
});
