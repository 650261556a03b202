import { expect, it } from 'vitest';
import { numberAt, placeOfRow } from './row-list.tsx';

it('finds the place of a row among those shown, and the row at a place', () => {
  const numbers = [3, 1_000, 8, 2];
  expect(numbers.map((number) => placeOfRow(numbers, number))).toEqual([0, 1, 2, 3]);
  expect([0, 4, 999, 1_001].map((number) => placeOfRow(numbers, number))).toEqual(
    Array.from({ length: 4 }, () => undefined),
  );
  expect(numberAt(numbers, 2)).toBe(8);
  expect([numberAt(undefined, 7), placeOfRow(undefined, 7)]).toEqual([7, 7]);
  expect(placeOfRow([], 0)).toBe(undefined);
});
