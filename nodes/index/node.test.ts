import { expect, it } from 'vitest';
import { indexKind, mostFlat } from './index-kind.ts';

it('takes the kind that was chosen, else one by the number of chunks', () => {
  expect(indexKind('hnsw', 1)).toBe('hnsw');
  expect(indexKind('flat', 1e6)).toBe('flat');
  expect(indexKind('auto', mostFlat)).toBe('flat');
  expect(indexKind('auto', mostFlat + 1)).toBe('hnsw');
});
