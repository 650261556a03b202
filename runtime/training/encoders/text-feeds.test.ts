import { expect, it } from 'vitest';
import { pairFeeds, textFeeds } from './text-feeds.ts';

const shape = { pairs: 3, negatives: 1, questionLength: 2, passageLength: 3 };

it('texts are padded, and rows that no text fills are empty', () => {
  const feeds = textFeeds('texts', [[5, 6], undefined], { batch: 3, length: 3 });
  expect(feeds).toEqual({
    'texts.tokens': Int32Array.of(5, 6, 0, 0, 0, 0, 0, 0, 0),
    'texts.types': new Int32Array(9),
    'texts.mask': Int32Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0),
  });
});

it('passages stand in the order of their questions, all negatives behind them', () => {
  const pairs = [
    { question: [1], passage: [2, 2], negatives: [[3, 3, 3]] },
    { question: [4, 4], passage: [5], negatives: [] },
  ];
  const feeds = pairFeeds(pairs, shape, { weight: 0.5 });
  expect(feeds['questions.tokens']).toEqual(Int32Array.of(1, 0, 4, 4, 0, 0));
  const passages = [2, 2, 0, 5, 0, 0, 0, 0, 0, 3, 3, 3, 0, 0, 0, 0, 0, 0];
  expect(feeds['passages.tokens']).toEqual(Int32Array.from(passages));
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
