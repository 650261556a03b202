import { describe, expect, it } from 'vitest';
import type { Metric } from '../metrics/metric.ts';
import { boundedDifferenceInterval, boundedMeanInterval } from './bounded-intervals.ts';
import { estimatedDifference, estimatedMean } from './mean-interval.ts';
import { SeededRandom } from './seeded-random.ts';
import { accuracy, exactCoverage } from './testing/simulations.ts';
import { normal } from './testing/simulated-answers.ts';

const pairs = (wins: number, losses: number, ties: number) =>
  Float64Array.from([...Array(wins).fill(1), ...Array(losses).fill(-1), ...Array(ties).fill(0)]);

describe('intervals of shares', () => {
  it('are Wilson’s of yes and no', () => {
    // Newcombe 1998, table I: 81 of 263, and 0 of 20.
    const of = (yes: number, n: number) =>
      boundedMeanInterval(
        Float64Array.from({ length: n }, (_, at) => (at < yes ? 1 : 0)),
        [0, 1],
        0.95,
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
          0.95,
        );
      expect(of(0)[0]).toBe(0);
      expect(of(1)[1]).toBe(1);
      // A mean of nought that rounding has moved.
      expect(of(1e-17)[0]).toBe(0);
      expect(of(1 - 1e-16)[1]).toBe(1);
    }
  });

  it('of means that are equal but for the order of their sums are of no difference', () => {
    const sums = (...values: number[]) => ({
      sums: Float64Array.from(values),
      weights: Float64Array.from(values, () => 1),
    });
    const [own, other] = [sums(0.1, 0.2, 0.3), sums(0.3, 0.2, 0.1)];
    const options = { metric: accuracy, confidence: 0.95, seed: 1 };
    expect(estimatedDifference(own, other, options).mean).toBe(0);
    const { range: _range, ...unbounded } = accuracy;
    const { mean, interval } = estimatedDifference(own, other, { ...options, metric: unbounded });
    expect(mean).toBe(0);
    if (interval !== null) expect(interval[0]).toBe(-interval[1]);
  });

  it('are narrower where values lie between, and follow the range', () => {
    const [low, high] = boundedMeanInterval(Float64Array.from([0.4, 0.5, 0.6, 0.5]), [0, 1], 0.95);
    expect(high - low).toBeLessThan(0.2);
    const percent = boundedMeanInterval(Float64Array.from([40, 50, 60, 50]), [0, 100], 0.95);
    expect(percent[0]).toBeCloseTo(100 * low, 9);
  });

  it('hold the difference that was seen, also where all pairs differ', () => {
    for (const [wins, losses, ties] of [
      [36, 0, 0],
      [35, 0, 1],
      [0, 20, 0],
      [3, 0, 0],
      [0, 0, 5],
    ] as const) {
      const seen = (wins - losses) / (wins + losses + ties);
      const [low, high] = boundedDifferenceInterval(pairs(wins, losses, ties), 1, 0.95);
      expect(low).toBeLessThanOrEqual(seen);
      expect(high).toBeGreaterThanOrEqual(seen);
    }
  });

  it('are Bonett and Price’s of pairs of yes and no, moved by Johnson’s correction', () => {
    // Of 100 pairs 12 to 5, and one more each way.
    const [mean, square] = [7 / 102, 19 / 102];
    const variance = square - mean ** 2;
    const third = mean - 3 * mean * square + 2 * mean ** 3;
    const middle = mean + ((third / (6 * variance)) * (1 + 2 * 1.959964 ** 2)) / 102;
    const half = 1.959964 * Math.sqrt(variance / 102);
    const [low, high] = boundedDifferenceInterval(pairs(12, 5, 83), 1, 0.95);
    expect(low).toBeCloseTo(middle - half, 6);
    expect(high).toBeCloseTo(middle + half, 6);
  });

  it('leave room where no pair differs, for that none does was not shown', () => {
    const [low, high] = boundedDifferenceInterval(pairs(0, 0, 100), 1, 0.95);
    expect(low).toBeCloseTo(-high, 12);
    expect(high).toBeGreaterThan(0.02);
    expect(high).toBeLessThan(0.04);
  });

  // Acceptance: at n ≥ 100 the 95 % interval holds the difference in 93 to 97 %. This is no simulation but the sum over
  // all outcomes; bench/statistics simulates the same through whole tables.
  it.each([
    [100, 0.5, 0.4],
    [100, 0.1, 0.03],
    [100, 0.95, 0.9],
    [400, 0.1, 0.03],
    [400, 0.95, 0.9],
  ])(
    'of %i pairs with rates %f and %f hold the difference in 93 to 97 %',
    (questions, one, other) => {
      const coverage = exactCoverage({ questions, rates: [one, other], correlation: 0.5 });
      expect(coverage).toBeGreaterThan(0.93);
      expect(coverage).toBeLessThan(0.97);
    },
  );

  it('of 30 pairs hold it in more', () => {
    for (const rates of [
      [0.5, 0.4],
      [0.1, 0.03],
      [0.95, 0.9],
    ] as const) {
      expect(exactCoverage({ questions: 30, rates, correlation: 0.5 })).toBeGreaterThan(0.95);
    }
  });
});

describe('intervals of other numbers', () => {
  const loss: Metric = { name: 'loss', direction: 'lower', aggregation: 'weighted-mean' };
  const perplexity: Metric = {
    ...loss,
    name: 'perplexity',
    aggregation: 'weighted-geometric-mean',
  };
  const options = { confidence: 0.95, seed: 1 };

  it('hold the mean of skewed losses weighted by very different tokens', () => {
    const random = new SeededRandom(9);
    let held = 0;
    const rounds = 200;
    for (let round = 0; round < rounds; round += 1) {
      const weights = Float64Array.from({ length: 60 }, () => Math.exp(3 + normal(random)));
      // Longer texts have a higher loss: the weighted mean is 2 + .1 · (3 + 1).
      const sums = weights.map(
        (weight) => weight * (2 + 0.4 * normal(random) + 0.1 * Math.log(weight)),
      );
      const { interval } = estimatedMean({ sums, weights }, loss, options);
      if (interval !== null && interval[0] <= 2.4 && 2.4 <= interval[1]) held += 1;
    }
    expect(held / rounds).toBeGreaterThan(0.91);
    expect(held / rounds).toBeLessThan(0.99);
  });

  it('of perplexity are those of the loss, raised', () => {
    const weights = Float64Array.from([10, 20, 30, 40, 15, 25]);
    const sums = weights.map((weight, at) => weight * (1 + (at % 3) / 10));
    const of = (metric: Metric) => estimatedMean({ sums, weights }, metric, options);
    const plain = of(loss);
    const raised = of(perplexity);
    expect(raised.mean).toBeCloseTo(Math.exp(plain.mean), 12);
    expect(raised.interval).toEqual(plain.interval?.map(Math.exp));
    expect(of(perplexity)).toEqual(raised);
  });

  it('are none of one question, and a point where all are alike', () => {
    const one = { sums: Float64Array.of(2), weights: Float64Array.of(1) };
    expect(estimatedMean(one, loss, options)).toEqual({ mean: 2, interval: null });
    expect(estimatedMean(one, accuracy, options).interval).toBeNull();
    const alike = { sums: new Float64Array(20).fill(0.3), weights: new Float64Array(20).fill(1) };
    const { mean, interval } = estimatedMean(alike, loss, options);
    expect(interval).toEqual([mean, mean]);
  });
});
