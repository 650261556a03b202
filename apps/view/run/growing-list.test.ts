import { expect, it } from 'vitest';
import { appended, emptyList, listed, type GrowingList } from './growing-list.ts';

const grown = (values: readonly number[], from: GrowingList<number> = emptyList) =>
  values.reduce((list, value) => appended(list, value), from);

it('lists what was appended, in order', () => {
  expect(listed(grown([1, 2, 3]))).toEqual([1, 2, 3]);
  expect(listed(emptyList)).toEqual([]);
});

it('changes no version when two go on from the same one', () => {
  const base = grown([1, 2]);
  const one = grown([3, 4], base);
  const other = grown([5], base);
  expect([base, one, other].map(listed)).toEqual([
    [1, 2],
    [1, 2, 3, 4],
    [1, 2, 5],
  ]);
  expect(listed(emptyList)).toEqual([]);
});

it('shares one array along a line of versions', () => {
  const base = grown([1]);
  expect(grown([2, 3], base).shared).toBe(base.shared);
});
