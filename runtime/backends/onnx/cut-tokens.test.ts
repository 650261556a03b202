import { expect, it } from 'vitest';
import { cutPair, cutText, markersOf } from './cut-tokens.ts';

/** 1: at the beginning, 2: at the end of each text. */
const markers = markersOf([7, 8], [1, 7, 8, 2], [1, 7, 8, 2, 7, 8, 2]);
const ids = (...all: number[]) => ({ ids: all, segments: [] });

it('finds the markers around a text, and between two', () => {
  expect(markers).toEqual({ before: 1, between: 1, after: 1 });
  expect(markersOf([7], [7], [7, 7])).toEqual({ before: 0, between: 0, after: 0 });
  expect(markersOf([7], [7, 2], [7, 7, 2])).toEqual({ before: 0, between: 0, after: 1 });
  expect(markersOf([7], [9, 9], [9])).toEqual({ before: 0, between: 0, after: 0 });
});

it('keeps the marker at the end of a text that it cuts', () => {
  expect(cutText(ids(1, 10, 11, 12, 13, 2), 4, markers)).toEqual(ids(1, 10, 11, 2));
  expect(cutText(ids(1, 10, 2), 4, markers)).toEqual(ids(1, 10, 2));
  const none = { before: 0, between: 0, after: 0 };
  expect(cutText(ids(10, 11, 12), 2, none)).toEqual(ids(10, 11));
});

it('cuts the longer text of a pair first, then both alike', () => {
  const pair = {
    ids: [1, 10, 11, 2, 20, 21, 22, 23, 24, 2],
    segments: [0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
  };
  const how = { own: 2, markers };
  expect(cutPair(pair, 8, how)).toEqual({
    ids: [1, 10, 11, 2, 20, 21, 22, 2],
    segments: [0, 0, 0, 0, 1, 1, 1, 1],
  });
  expect(cutPair(pair, 6, how).ids).toEqual([1, 10, 2, 20, 21, 2]);
  expect(cutPair(pair, 10, how)).toBe(pair);
  const long = ids(1, 10, 11, 12, 13, 2, 20, 2);
  expect(cutPair(long, 6, { own: 4, markers }).ids).toEqual([1, 10, 11, 2, 20, 2]);
});
