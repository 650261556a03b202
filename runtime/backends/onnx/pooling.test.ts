import type { Pooling } from '@graft/graph';
import { expect, it } from 'vitest';
import { poolTokens } from './pooling.ts';

/** Three tokens of two components. */
const data = Float32Array.of(1, -4, 3, 2, 5, 8);

function pool(from: number, ...kinds: Pooling[]): number[] {
  const target = new Float32Array(2 * kinds.length);
  poolTokens({ data, width: 2, from }, kinds, target);
  return [...target];
}

it.each<[Pooling, number[], number[]]>([
  ['cls', [1, -4], [3, 2]],
  ['last', [5, 8], [5, 8]],
  ['max', [5, 8], [5, 8]],
  ['mean', [3, 2], [4, 5]],
  ['mean-sqrt', [9 / Math.sqrt(3), 6 / Math.sqrt(3)], [8 / Math.sqrt(2), 10 / Math.sqrt(2)]],
  // Weights by position, also after a prompt.
  ['weighted-mean', [22 / 6, 24 / 6], [21 / 5, 28 / 5]],
])('pools by %s, with the first token and without', (kind, all, without) => {
  const close = (values: number[]) => values.map((value) => expect.closeTo(value, 5));
  expect(pool(0, kind)).toEqual(close(all));
  expect(pool(1, kind)).toEqual(close(without));
});

it('puts several kinds one after the other, and counts a text that is all prompt', () => {
  expect(pool(0, 'cls', 'max')).toEqual([1, -4, 5, 8]);
  expect(pool(7, 'cls')).toEqual([1, -4]);
});
