import { expect, it } from 'vitest';
import { holm } from './holm.ts';

it('multiplies by how many are left, never letting one pass another', () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
  for (const [at, p] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[at]).toBeCloseTo(p, 12);
  expect(holm([0.6, 0.7])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});
