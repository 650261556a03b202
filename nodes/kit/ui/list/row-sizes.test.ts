import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowSizes } from './row-sizes.ts';

it('finds rows by their places, and places by their rows, whatever was measured', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(fc.tuple(fc.nat(999), fc.integer({ min: 1, max: 300 })), { maxLength: 60 }),
      (count, measured) => {
        const sizes = new RowSizes(count, 40);
        for (const [row, size] of measured) if (row < count) sizes.set(row, size);
        let offset = 0;
        for (let row = 0; row < count; row += 1) {
          expect(sizes.before(row)).toBeCloseTo(offset, 3);
          expect(sizes.at(offset + 0.01)).toBe(row);
          offset += sizes.of(row);
        }
        expect(sizes.total).toBeCloseTo(offset, 3);
        expect(sizes.at(offset + 1_000)).toBe(count - 1);
        expect(sizes.at(-5)).toBe(0);
      },
    ),
    { numRuns: 40 },
  );
});

it('guesses the rows that were not drawn by those that were, and says what has changed', () => {
  const sizes = new RowSizes(1_000_000, 40);
  expect(sizes.total).toBe(40_000_000);
  expect(sizes.set(0, 40)).toBe(false);
  expect(sizes.set(1, 90)).toBe(true);
  for (let row = 2; row < 20; row += 1) sizes.set(row, 90);
  expect(sizes.of(999_999)).toBeGreaterThan(70);
  expect(sizes.set(19, 90)).toBe(false);
});

it('has nothing of nothing', () => {
  const sizes = new RowSizes(0, 40);
  expect([sizes.total, sizes.at(10), sizes.before(0)]).toEqual([0, 0, 0]);
});
