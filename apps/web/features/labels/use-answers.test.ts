import { expect, it } from 'vitest';
import { firstRows } from './use-answers.ts';

it.each([
  [0, 0],
  [5_000, 0],
  [12_000, 0],
  [12_001, 1],
  [40_000, 28_000],
])('of %i rows reads 12,000 at most, and says that %i are left', async (total, left) => {
  const asked: number[] = [];
  const read = ({ offset, limit }: { readonly offset: number; readonly limit: number }) => {
    asked.push(offset);
    const length = Math.max(0, Math.min(limit, total - offset));
    return Promise.resolve({ rows: Array.from({ length }, (_, at) => offset + at), total });
  };
  const found = await firstRows(read, 12_000);
  expect(found.left).toBe(left);
  expect(found.rows).toEqual(Array.from({ length: total - left }, (_, at) => at));
  expect(asked).toEqual(
    [0, 5_000, 10_000].slice(0, Math.max(1, Math.ceil((total - left) / 5_000))),
  );
});
