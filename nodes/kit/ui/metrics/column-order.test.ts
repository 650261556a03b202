import { expect, it } from 'vitest';
import { inOrder } from './column-order.tsx';

const rows = [{ a: 2 }, { a: null }, { a: 10 }, { a: 'x9' }, { a: 'x10' }];
const by = (column: 'a', descending: boolean, from: readonly (typeof rows)[number][]) =>
  inOrder(from, { column, descending }, (row) => row.a).map(({ a }) => a);

it('sorts numbers by size and texts by the numbers in them, and leaves rows without a value last', () => {
  expect(by('a', true, rows.slice(0, 3))).toEqual([10, 2, null]);
  expect(by('a', false, rows.slice(0, 3))).toEqual([2, 10, null]);
  expect(by('a', false, rows.slice(3))).toEqual(['x9', 'x10']);
  expect(inOrder(rows, undefined, (row) => row.a)).toBe(rows);
});
