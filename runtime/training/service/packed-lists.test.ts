import { expect, it } from 'vitest';
import { packLists, unpackLists } from './packed-lists.ts';

it('lists are as they were once unpacked', () => {
  const text = (...ids: readonly number[]) => ({ ids, segments: ids.map((_, at) => at % 2) });
  const lists = [[text(1, 2, 3), text(70_000)], [], [text(4, 5)]];
  expect(unpackLists(packLists(lists))).toEqual(lists);
  expect(unpackLists(packLists([]))).toEqual([]);
  expect(unpackLists(packLists([[{ ids: [1, 2], segments: [] }]]))).toEqual([
    [{ ids: [1, 2], segments: [0, 0] }],
  ]);
});
