import { expect, it } from 'vitest';
import { withEntry } from './edge-weights-control.tsx';

it('sets one entry, and gives those before it that were not given', () => {
  expect(withEntry([], 0, 0.5)).toEqual([0.5]);
  expect(withEntry([0.5], 2, 0)).toEqual([0.5, 1, 0]);
  expect(withEntry([0.5, 2, 3], 1, 0)).toEqual([0.5, 0, 3]);
});
