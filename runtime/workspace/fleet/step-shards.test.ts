import { expect, it } from 'vitest';
import { shardsOf } from './step-shards.ts';

it.each([
  [3_000, 2],
  [60_000, 2],
  [3_600_000, 7],
])('shards of a rest of %i ms cover all keys once, large ones first', (ms, workers) => {
  const shards = shardsOf(ms, workers);
  expect(shards.length).toBeGreaterThanOrEqual(workers);
  expect(shards.length % workers).toBe(0);
  let at = 0;
  for (const { from, to } of shards) {
    expect(from).toBe(at);
    at = to;
  }
  expect(at).toBe(1);
  const sizes = shards.map(({ from, to }) => Math.round((to - from) * 1e9));
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

it('a short rest is not split', () => {
  expect(shardsOf(1_500, 2)).toEqual([]);
  expect(shardsOf(0, 2)).toEqual([]);
});
