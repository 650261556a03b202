import { expect, it } from 'vitest';
import { withEntry } from './edge-entries-control.tsx';

it('sets one entry, and gives those before it that were not given', () => {
  expect(withEntry([], 0, { value: 0.5, standard: 1 })).toEqual([0.5]);
  expect(withEntry([0.5], 2, { value: 0, standard: 1 })).toEqual([0.5, 1, 0]);
  expect(withEntry([], 1, { value: 'hybrid', standard: '' })).toEqual(['', 'hybrid']);
  expect(withEntry([0.5, 2, 3], 1, { value: 0, standard: 1 })).toEqual([0.5, 0, 3]);
});
