import { expect, it } from 'vitest';
import { SaveSchedule } from './pace.ts';

const second = 1000;

it('has a checkpoint left every so many steps', () => {
  const schedule = new SaveSchedule(20, { step: 0, at: 0 });
  expect([1, 19, 20, 21, 40].filter((step) => schedule.due(step, 0))).toEqual([20, 40]);
  schedule.saved(20, { from: 0, to: 0 });
  expect([20, 21, 40].filter((step) => schedule.due(step, 0))).toEqual([40]);
});

it('has one left after 20 seconds where steps are slow', () => {
  const schedule = new SaveSchedule(20, { step: 5, at: 100 * second });
  expect(schedule.due(6, 119 * second)).toBe(false);
  expect(schedule.due(6, 120 * second)).toBe(true);
  schedule.saved(6, { from: 120 * second, to: 121 * second });
  expect(schedule.due(7, 140 * second)).toBe(false);
  expect(schedule.due(7, 141 * second)).toBe(true);
});

it('saves no step twice', () => {
  const schedule = new SaveSchedule(0, { step: 5, at: 0 });
  expect(schedule.due(5, 60 * second)).toBe(false);
});

it('spends a tenth of the time on saving at most', () => {
  const schedule = new SaveSchedule(0, { step: 0, at: 0 });
  schedule.saved(4, { from: 0, to: 10 * second });
  expect(schedule.due(5, 99 * second)).toBe(false);
  expect(schedule.due(5, 100 * second)).toBe(true);
});
