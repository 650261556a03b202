import { expect, it } from 'vitest';
import { LeavesRest, StepRest } from './step-rest.ts';

/** A step whose batches take so many milliseconds each, the first one 5 s. */
function stepOf(batchMs: number) {
  let now = 0;
  const rest = new StepRest(() => now);
  now += 5_000;
  rest.ended(4, 1_000);
  return (items: number, left: number): void => {
    now += batchMs;
    rest.ended(items, left);
  };
}

it('a step with a long rest leaves it after 0.3 s, and says what an item takes', () => {
  const batch = stepOf(200);
  batch(4, 100);
  expect(() => {
    batch(4, 96);
  }).toThrow(expect.objectContaining({ msPerItem: 50 }));
});

it('a step goes on whose rest is short, whatever its first batch took', () => {
  const batch = stepOf(400);
  batch(4, 19);
  batch(4, 15);
  expect(() => {
    batch(4, 20);
  }).toThrow(LeavesRest);
});

it('the first batches are small', () => {
  const rest = new StepRest(() => 0);
  expect(rest.sizeOf(64)).toBe(8);
  rest.ended(8, 100);
  expect(rest.sizeOf(4)).toBe(1);
  rest.ended(1, 100);
  expect(rest.sizeOf(64)).toBe(64);
});
