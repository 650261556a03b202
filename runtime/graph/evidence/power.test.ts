import { describe, expect, it } from 'vitest';
import { powerOf, questionsNeeded, smallestGain } from './power.ts';
import { simulatedPower } from './testing/simulations.ts';

describe('powerOf', () => {
  it.each([
    { questions: 40, comparisons: 1, rate: 0.5, gain: 0.3 },
    { questions: 80, comparisons: 4, rate: 0.3, gain: 0.2 },
    { questions: 200, comparisons: 11, rate: 0.7, gain: 0.12 },
  ])('is within 5 points of simulated tables: %o', ({ gain, ...planned }) => {
    const simulated = simulatedPower(gain, planned, { simulations: 200, seed: 1 });
    expect(Math.abs(powerOf(gain, planned) - simulated)).toBeLessThan(0.05);
  });

  it('counts no table in which fewer than ten questions differ', () => {
    // All ten differ, and all are won.
    const every = { questions: 10, comparisons: 1, rate: 0, correlation: 0 };
    expect(powerOf(1, every)).toBe(1);
    expect(powerOf(1, { ...every, questions: 9 })).toBe(0);
  });

  it('grows with the questions and the gain, and falls with the comparisons', () => {
    const planned = { questions: 100, comparisons: 1 };
    expect(powerOf(0.2, planned)).toBeGreaterThan(powerOf(0.1, planned));
    expect(powerOf(0.2, planned)).toBeGreaterThan(powerOf(0.2, { ...planned, questions: 50 }));
    expect(powerOf(0.2, planned)).toBeGreaterThan(powerOf(0.2, { ...planned, comparisons: 11 }));
  });
});

it('finds the smallest gain that is shown in four of five, and the questions that a gain takes', () => {
  const planned = { questions: 100, comparisons: 1 };
  const gain = smallestGain(planned) ?? Number.NaN;
  expect(powerOf(gain, planned)).toBeGreaterThanOrEqual(0.8);
  expect(powerOf(gain - 0.01, planned)).toBeLessThan(0.8);

  const needed = questionsNeeded(0.1, planned) ?? Number.NaN;
  expect(powerOf(0.1, { ...planned, questions: needed })).toBeGreaterThanOrEqual(0.8);
  expect(needed).toBeGreaterThan(100);
});

it('says where no gain can be shown, and where it takes too many questions', () => {
  expect(smallestGain({ questions: 9, comparisons: 1 })).toBeUndefined();
  expect(smallestGain({ questions: 100, comparisons: 1, rate: 0.99 })).toBeUndefined();
  expect(questionsNeeded(0.001, { comparisons: 1 })).toBeUndefined();
});
