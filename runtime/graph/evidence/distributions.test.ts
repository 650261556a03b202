import { describe, expect, it } from 'vitest';
import { fairTails, normalQuantile, normalTails } from './distributions.ts';
import { quantileBySearch, shareBelow } from './testing/simulated-answers.ts';

describe('the normal distribution', () => {
  it.each([0.0001, 0.0009, 0.02, 0.1, 0.5, 0.7, 0.975, 0.9999])(
    'has the quantile of %f',
    (share) => {
      expect(normalQuantile(share)).toBeCloseTo(quantileBySearch(share), 6);
    },
  );

  it.each([0, 0.3, 1.96, -2.5, 4])('has so much beyond %f', (distance) => {
    expect(normalTails(distance)).toBeCloseTo(2 * (1 - shareBelow(Math.abs(distance))), 6);
  });
});

it('both tails of a fair coin are those that counting gives', () => {
  // Of 10 tosses 9 or more heads, or 1 or none: (1 + 10) · 2 of 1,024.
  expect(fairTails(9, 10)).toBeCloseTo(22 / 1024, 12);
  expect(fairTails(1, 10)).toBeCloseTo(22 / 1024, 12);
  expect(fairTails(5, 10)).toBe(1);
  // Far past where 2^-tosses is a number: z = 4 of 10,000 tosses.
  expect(fairTails(5200, 10_000)).toBeCloseTo(normalTails(3.99), 6);
});
