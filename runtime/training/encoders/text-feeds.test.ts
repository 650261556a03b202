import { expect, it } from 'vitest';
import { pairFeeds } from './pair-program.ts';
import { textFeeds } from './text-feeds.ts';
import { evenRows } from './text-rows.ts';

const shape = {
  ...{ pairs: 3, negatives: 1 },
  questions: evenRows(3, 2),
  passages: [
    { batch: 4, length: 1 },
    { batch: 2, length: 3 },
  ],
};

it('texts are padded, and rows that no text fills are empty', () => {
  const feeds = textFeeds('texts', [[5, 6], undefined], { batch: 3, length: 3 });
  expect(feeds).toEqual({
    'texts.tokens': Int32Array.of(5, 6, 0, 0, 0, 0, 0, 0, 0),
    'texts.types': new Int32Array(9),
    'texts.mask': Int32Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0),
  });
});

it('each text stands in the shortest row that is left, and is found there', () => {
  const pairs = [
    { question: [1], passage: [2, 2], negatives: [[3, 3, 3]] },
    { question: [4, 4], passage: [5], negatives: [] },
  ];
  const feeds = pairFeeds(pairs, shape, { weight: 0.5 });
  expect(feeds['questions0.tokens']).toEqual(Int32Array.of(0, 0, 1, 0, 4, 4));
  expect(feeds['questions.rows']).toEqual(Int32Array.of(1, 2, 0));
  expect(feeds['passages0.tokens']).toEqual(Int32Array.of(0, 0, 0, 5));
  expect(feeds['passages1.tokens']).toEqual(Int32Array.of(2, 2, 0, 3, 3, 3));
  // The passages of the three questions first, then their negatives.
  expect(feeds['passages.rows']).toEqual(Int32Array.of(4, 3, 0, 5, 1, 2));
  expect(feeds['weights']).toEqual(Float32Array.of(0.5, 0.5, 0));
  const row = [1, 1, 0, 1, 0, 0];
  expect(feeds['open']).toEqual(Int32Array.of(...row, ...row, 0, 0, 0, 0, 0, 0));
});

it('a question does not pick from its own passage twice', () => {
  const pairs = [
    { question: [1], passage: [2], negatives: [[3]] },
    { question: [4], passage: [2], negatives: [[2]] },
    { question: [5], passage: [3], negatives: [] },
  ];
  const open = pairFeeds(pairs, shape, { weight: 1 })['open'];
  expect(open).toEqual(Int32Array.of(1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0));
});

it('a question that is asked again does not pick from what answers it there', () => {
  const pairs = [
    { question: [1], passage: [2], negatives: [[6]] },
    { question: [1], passage: [3], negatives: [[2]] },
    { question: [5], passage: [4], negatives: [[3]] },
  ];
  const open = pairFeeds(pairs, shape, { weight: 1 })['open'];
  // Passages 2, 3, 4, then the negatives 6, 2, 3.
  const rows = [
    [1, 0, 1, 1, 0, 0],
    [0, 1, 1, 1, 0, 0],
    [1, 1, 1, 1, 1, 1],
  ];
  expect(open).toEqual(Int32Array.from(rows.flat()));
});

it('pairs beyond those that count only bring passages', () => {
  const pairs = [1, 2].map((id) => ({ question: [id], passage: [10 + id], negatives: [] }));
  const feeds = pairFeeds(pairs, shape, { weight: 1, counted: 1 });
  expect(feeds['weights']).toEqual(Float32Array.of(1, 0, 0));
  expect(feeds['open']?.slice(0, 2)).toEqual(Int32Array.of(1, 1));
});

it('a text that is longer than its row is refused', () => {
  expect(() => textFeeds('texts', [[1, 2, 3]], { batch: 1, length: 2 })).toThrow(/up to 3 tokens/);
});
