import { expect, it } from 'vitest';
import { listFeeds } from './list-program.ts';

const shape = { lists: 2, candidates: 2, length: 4 };
const text = (...ids: readonly number[]) => ({
  ids,
  segments: ids.map((_, at) => (at < 2 ? 0 : 1)),
});

it('lists stand one under another, padded, and what no passage fills is closed', () => {
  expect(listFeeds([[text(1, 2, 3, 4), text(5, 6, 7)], [text(8, 9)]], shape, 0.5)).toEqual({
    'pairs.tokens': Int32Array.of(1, 2, 3, 4, 5, 6, 7, 0, 8, 9, 0, 0, 0, 0, 0, 0),
    'pairs.types': Int32Array.of(0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    'pairs.mask': Int32Array.of(1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0),
    open: Int32Array.of(1, 1, 1, 0),
    weights: Float32Array.of(0.5, 0.5),
  });
  expect(listFeeds([[text(1, 2, 3)]], shape, 1)).toMatchObject({
    open: Int32Array.of(1, 0, 0, 0),
    weights: Float32Array.of(1, 0),
  });
});

it('what does not fit is refused', () => {
  const long = text(1, 2, 3, 4, 5);
  for (const lists of [[[long]], [[text(1), text(2), text(3)]], [[], [], [text(1)]]]) {
    expect(() => listFeeds(lists, shape, 1)).toThrow(/do not fit (2 of 2|4 rows of 4)/);
  }
});
