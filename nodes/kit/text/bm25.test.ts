import { expect, it } from 'vitest';
import { Bm25 } from './bm25.ts';

const texts = [
  'The eastern kiln is lit at dawn.',
  'Glazes dry for a day before the kiln is lit, and a kiln that is lit too early cracks them.',
  'Clay comes on Mondays.',
  'The eastern gate.',
];
const index = new Bm25(texts);

it('ranks texts by the words that they share with a query, rare ones first', () => {
  expect(index.ranked('When is the eastern kiln lit?')).toEqual([0, 1, 3]);
  expect(index.ranked('clays')).toEqual([2]);
  expect(index.ranked('When is it?')).toEqual([]);
});

it('scores as the formula says', () => {
  const rarity = Math.log(1 + (4 - 1 + 0.5) / (1 + 0.5));
  // Three of its words count, in texts of 4.5 on average.
  const lengths = [4, 9, 3, 2];
  const mean = lengths.reduce((sum, length) => sum + length, 0) / 4;
  const norm = 1.2 * (0.25 + (0.75 * 3) / mean);
  expect(index.scores('clay').get(2)).toBeCloseTo((rarity * 2.2) / (1 + norm), 9);
});

it('knows nothing of no texts', () => {
  expect(new Bm25([]).ranked('kiln')).toEqual([]);
});
