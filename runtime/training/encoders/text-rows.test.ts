import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  cutRows,
  envelopeOf,
  placeTexts,
  rowsCount,
  rowsTokens,
  sortedLengths,
  takesAll,
} from './text-rows.ts';

const lengths = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 40 });

it('cuts rows that take the texts, each of them, and no more of them than there are', () => {
  fc.assert(
    fc.property(lengths, (some) => {
      const sorted = sortedLengths(
        some.map((length) => ({ length })),
        some.length,
      );
      const rows = cutRows(sorted, { limit: 512 });
      expect(rowsCount(rows)).toBe(some.length);
      expect(takesAll(rows, sorted)).toBe(true);
      expect(rows.length).toBeLessThanOrEqual(4);
      const even = some.length * Math.max(8, Math.ceil(Math.max(...some) / 8) * 8);
      expect(rowsTokens(rows)).toBeLessThanOrEqual(even);
    }),
  );
});

it('cuts where short texts would be padded much, and nowhere else', () => {
  const short = new Array<number>(30).fill(20);
  expect(cutRows([...short, 200, 210], { limit: 512 })).toEqual([
    { batch: 30, length: 24 },
    { batch: 2, length: 216 },
  ]);
  expect(cutRows([20, 20, 20, 30], { limit: 512 })).toEqual([{ batch: 4, length: 32 }]);
  expect(cutRows([510, 511, 512], { limit: 512 })).toEqual([{ batch: 3, length: 512 }]);
});

it('takes every batch that its lengths are made of', () => {
  fc.assert(
    fc.property(fc.array(lengths, { minLength: 1, maxLength: 6 }), (batches) => {
      const most = Math.max(...batches.map(({ length }) => length));
      const sorted = batches.map((some) =>
        sortedLengths(
          some.map((length) => ({ length })),
          most,
        ),
      );
      const rows = cutRows(envelopeOf(sorted), { limit: 512 });
      for (const one of sorted) expect(takesAll(rows, one)).toBe(true);
    }),
  );
});

it('finds each text in the row that it says', () => {
  fc.assert(
    fc.property(lengths, (some) => {
      const texts = some.map((length, at) => new Array<number>(length).fill(at));
      const sorted = sortedLengths(texts, texts.length + 2);
      const rows = cutRows(sorted, { limit: 512 });
      const { groups, rowOf } = placeTexts(texts, rows);
      const laid = groups.flat();
      for (const [place, text] of texts.entries()) expect(laid[rowOf[place] ?? -1]).toBe(text);
      expect(new Set(rowOf).size).toBe(texts.length + 2);
    }),
  );
});

it('refuses texts for which there is no row', () => {
  const rows = [
    { batch: 1, length: 2 },
    { batch: 1, length: 4 },
  ];
  expect(() =>
    placeTexts(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      rows,
    ),
  ).toThrow(/1 rows of 2 and 1 rows of 4/);
  expect(() => placeTexts([[1], [2], [3]], rows)).toThrow(/3 texts/);
});
