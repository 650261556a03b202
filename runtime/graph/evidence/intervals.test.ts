import { describe, expect, it } from 'vitest';
import type { Metric } from '../metrics/metric.ts';
import { boundedMeanInterval } from './bounded-intervals.ts';
import type { GroupSums } from './groups.ts';
import { differenceInterval, differenceOf, estimatedMean } from './mean-interval.ts';
import { SeededRandom } from './seeded-random.ts';
import { type IntervalOptions, signFlipInterval } from './sign-flip-interval.ts';
import { signFlipTest } from './sign-flip-test.ts';
import { designs, pairsDesign, trainings } from './testing/designs.ts';
import { accuracy, coverageOf } from './testing/simulations.ts';
import { normal } from './testing/simulated-answers.ts';
import { tDistance, tTails } from './student-t.ts';
import { atOnce } from './turns.ts';
import { twoWaySpread } from './two-way.ts';

const groupsOf = (values: Iterable<number>, weights?: Iterable<number>): GroupSums => {
  const of = Float64Array.from(weights ?? Array.from(values, () => 1));
  return { sums: Float64Array.from(values, (value, at) => value * (of[at] ?? 1)), weights: of };
};
const options: IntervalOptions = { level: 0.05, seed: 1 };
const flipped = (groups: GroupSums, more: Partial<IntervalOptions> = {}) =>
  atOnce(signFlipInterval(groups, { ...options, ...more }));

describe('intervals of shares', () => {
  it('are Wilson’s of yes and no', () => {
    // Newcombe 1998, table I: 81 of 263, and 0 of 20.
    const of = (yes: number, n: number) =>
      boundedMeanInterval(
        Float64Array.from({ length: n }, (_, at) => (at < yes ? 1 : 0)),
        [0, 1],
        { level: 0.05 },
      );
    expect(of(81, 263).map((end) => end.toFixed(4))).toEqual(['0.2553', '0.3662']);
    expect(of(0, 20).map((end) => end.toFixed(4))).toEqual(['0.0000', '0.1611']);
  });

  it('begin at the edge itself where nothing was seen beyond, with no rounding beside it', () => {
    for (let n = 1; n <= 400; n += 1) {
      const of = (value: number) =>
        boundedMeanInterval(
          Float64Array.from({ length: n }, () => value),
          [0, 1],
          { level: 0.05 },
        );
      expect(of(0)[0]).toBe(0);
      expect(of(1)[1]).toBe(1);
      // A mean of nought that rounding has moved.
      expect(of(1e-17)[0]).toBe(0);
      expect(of(1 - 1e-16)[1]).toBe(1);
    }
  });

  it('are narrower where values lie between, and follow the range', () => {
    const [low, high] = boundedMeanInterval(Float64Array.from([0.4, 0.5, 0.6, 0.5]), [0, 1], {
      level: 0.05,
    });
    expect(high - low).toBeLessThan(0.2);
    const percent = boundedMeanInterval(Float64Array.from([40, 50, 60, 50]), [0, 100], {
      level: 0.05,
    });
    expect(percent[0]).toBeCloseTo(100 * low, 9);
  });
});

describe('the interval of the sign-flip test', () => {
  it('has every mean that the test does not reject, of few groups by counting', () => {
    const random = new SeededRandom(2);
    for (let round = 0; round < 20; round += 1) {
      const values = Array.from({ length: 8 + (round % 7) }, () => 1 + 2 * normal(random));
      const weights = values.map(() => 1 + random.index(4));
      const [low, high] = flipped(groupsOf(values, weights));
      const pOf = (mean: number) =>
        signFlipTest(
          Float64Array.from(values, (value, at) => (weights[at] ?? 1) * (value - mean)),
          1,
        );
      for (const end of [low, high]) {
        const out = end === low ? -1 : 1;
        expect(pOf(end + out * 1e-6)).toBeLessThanOrEqual(0.05);
        expect(pOf(end - out * 1e-6)).toBeGreaterThan(0.05);
      }
    }
  });

  it('is drawn for more, near to what the test says', () => {
    const random = new SeededRandom(3);
    const values = Array.from({ length: 60 }, () => 1 + 2 * normal(random));
    for (const end of flipped(groupsOf(values))) {
      const p = signFlipTest(
        Float64Array.from(values, (value) => value - end),
        2,
      );
      expect(Math.abs(p - 0.05)).toBeLessThan(0.01);
    }
    const many = Array.from({ length: 5000 }, () => 1 + 2 * normal(random));
    const [low, high] = flipped(groupsOf(many));
    const mean = many.reduce((sum, value) => sum + value, 0) / 5000;
    expect((high - low) / 2).toBeCloseTo((1.96 * 2) / Math.sqrt(5000), 2);
    expect((high + low) / 2).toBeCloseTo(mean, 9);
  });

  it('never leaves the values of the groups, and is unbounded if no choice of signs is so rare', () => {
    const [low, high] = flipped(groupsOf([0, 0.1, 0.2, 0, 0, 9]));
    expect([low, high]).toEqual([0, 9]);
    expect(flipped(groupsOf([1, 2, 3, 4, 5]))).toEqual([-Infinity, Infinity]);
    expect(flipped(groupsOf([1, 2, 3, 4, 5, 6]), { level: 0.01 })).toEqual([-Infinity, Infinity]);
  });

  it('goes by the verdict of the exact test where the draws say otherwise', () => {
    // 14 to 4 of 40: p = .031 exactly.
    const groups = groupsOf([
      ...Array<number>(14).fill(1),
      ...Array<number>(4).fill(-1),
      ...Array<number>(22).fill(0),
    ]);
    const [low] = flipped(groups, { level: 0.025, rejects: true });
    expect(low).toBeGreaterThan(0);
    const interval = atOnce(
      differenceInterval({ all: groups, seeds: [] }, { ...options, level: 0.2, metric: accuracy }),
    );
    expect(interval?.[0]).toBe(0);
  });
});

describe('intervals over seeds', () => {
  /** So many seeds and groups; each seed adds its own to all groups. */
  const drawn = (seeds: number, bySeed: number) => {
    const random = new SeededRandom(8);
    const ofGroups = Array.from({ length: 40 }, () => normal(random));
    const parts = Array.from({ length: seeds }, () => {
      const own = bySeed * normal(random);
      return groupsOf(ofGroups.map((value) => value + own));
    });
    const all = groupsOf(
      ofGroups.map((_, at) => parts.reduce((sum, { sums }) => sum + (sums[at] ?? 0), 0) / seeds),
    );
    return { all, seeds: parts };
  };
  const metric: Metric = { name: 'loss', direction: 'lower', aggregation: 'weighted-mean' };

  it('are as wide as the seeds differ, and no narrower than over groups', () => {
    const [alike, apart] = [drawn(5, 0), drawn(5, 2)];
    const { variance } = twoWaySpread(alike.all, alike.seeds);
    const squares = alike.all.sums.reduce((sum, value) => sum + value * value, 0);
    const mean = alike.all.sums.reduce((sum, value) => sum + value, 0) / 40;
    expect(variance).toBeCloseTo((squares - 40 * mean * mean) / 39 / 40, 12);
    const widthOf = (sums: { all: GroupSums; seeds: readonly GroupSums[] }): number => {
      const [low = 0, high = 0] = atOnce(estimatedMean(sums, metric, options)).interval ?? [];
      return high - low;
    };
    expect(widthOf(alike)).toBeGreaterThanOrEqual(widthOf({ ...alike, seeds: [] }));
    expect(widthOf(apart)).toBeGreaterThan(1.5 * widthOf({ ...apart, seeds: [] }));
  });

  it('use Student’s t', () => {
    // Tables of the t distribution: 2.776 at 4 degrees, 2.228 at 10, 12.706 at 1.
    expect(tDistance(0.05, 4)).toBeCloseTo(2.776445, 5);
    expect(tDistance(0.05, 10)).toBeCloseTo(2.228139, 5);
    expect(tDistance(0.05, 1)).toBeCloseTo(12.706205, 5);
    expect(tTails(1.96, 1e6)).toBeCloseTo(0.049996, 5);
    expect(tTails(0, 3)).toBe(1);
    expect(tTails(Infinity, 3)).toBe(0);
  });
});

// Acceptance, with few simulations: bench/statistics has more, and figures.
describe.each(designs)('intervals of $name', (design) => {
  it('hold the mean and the difference at their confidence', () => {
    const { mean, difference } = coverageOf(design, 60, { simulations: 150, seed: 4 });
    // Three standard errors below .95.
    for (const covered of [mean, difference]) expect(covered).toBeGreaterThan(0.89);
  });
});

it('intervals of three trainings do not hold for others, which those of five do', () => {
  const of = (seeds: number) =>
    coverageOf(trainings(seeds), 100, { simulations: 150, seed: 4 }).difference;
  expect(of(3)).toBeLessThan(0.9);
  expect(of(5)).toBeGreaterThan(0.91);
});

it('intervals of rates near 1 hold the difference', () => {
  const { difference } = coverageOf(pairsDesign([0.95, 0.9]), 100, { simulations: 200, seed: 1 });
  expect(difference).toBeGreaterThan(0.92);
});

describe('intervals of other numbers', () => {
  const loss: Metric = { name: 'loss', direction: 'lower', aggregation: 'weighted-mean' };
  const perplexity: Metric = {
    ...loss,
    name: 'perplexity',
    aggregation: 'weighted-geometric-mean',
  };
  const estimated = (all: GroupSums, metric: Metric) =>
    atOnce(estimatedMean({ all, seeds: [] }, metric, options));

  it('of perplexity are those of the loss, raised, and never below 1', () => {
    const of = (metric: Metric) =>
      estimated(groupsOf([0, 0.1, 0.2, 0, 0.1, 3], [10, 20, 30, 40, 15, 25]), metric);
    const plain = of(loss);
    const raised = of(perplexity);
    expect(raised.mean).toBeCloseTo(Math.exp(plain.mean), 12);
    expect(raised.interval).toEqual(plain.interval?.map(Math.exp));
    expect(raised.interval?.[0]).toBeGreaterThanOrEqual(1);
  });

  it('compare perplexities as ratios', () => {
    const apart = groupsOf(Array.from({ length: 12 }, (_, at) => Math.log(2) + (at - 5.5) / 10));
    expect(differenceOf(apart, perplexity)).toBeCloseTo(2, 12);
    const [low = 0, high = 0] =
      atOnce(
        differenceInterval(
          { all: apart, seeds: [] },
          { ...options, metric: perplexity, rejects: true },
        ),
      ) ?? [];
    expect(low).toBeGreaterThan(1);
    expect(low * high).toBeCloseTo(4, 1);
  });

  it('are none of one group or of five, and a point where all are alike', () => {
    expect(estimated(groupsOf([2]), loss)).toEqual({ mean: 2, interval: null });
    expect(estimated(groupsOf([1]), accuracy).interval).toBeNull();
    expect(estimated(groupsOf([1, 2, 3, 4, 5]), loss).interval).toBeNull();
    const { mean, interval } = estimated(groupsOf(new Float64Array(20).fill(0.3)), loss);
    for (const end of interval ?? []) expect(end).toBeCloseTo(mean, 12);
  });
});
