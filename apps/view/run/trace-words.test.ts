import type { AnswerTrace, TraceStop } from '@graft/graph';
import { expect, it } from 'vitest';
import { ordinal, stopWords, verdictWords } from './trace-words.ts';

const stop = (places: readonly number[], more: Partial<TraceStop> = {}): TraceStop => ({
  ...{ station: 1, row: 0, places, documents: places },
  ...more,
});
const trace = (verdict: AnswerTrace['verdict'], lost?: AnswerTrace['lost']): AnswerTrace => ({
  verdict,
  stops: [],
  ...(lost === undefined ? {} : { lost }),
});

it.each([
  [1, '1st'],
  [2, '2nd'],
  [3, '3rd'],
  [11, '11th'],
  [22, '22nd'],
  [112, '112th'],
])('counts %d as %s', (place, words) => {
  expect(ordinal(place)).toBe(words);
});

it('says of hits where the wanted passages are', () => {
  const words = (at: TraceStop, of = trace('model')) => stopWords(of, at, 'hits');
  expect(words(stop([3]))).toBe('found 3rd');
  expect(words(stop([3, 1]))).toBe('found 3rd and 1st');
  expect(words(stop([3, 0]))).toBe('1 of 2 found');
  expect(words(stop([0]))).toBe('not found');
  expect(words(stop([0], { documents: [2] }))).toBe('found another passage');
  expect(words(stop([0]), trace('dropped', { how: 'dropped', station: 1 }))).toBe('dropped here');
  expect(words(stop([0]), trace('dropped', { how: 'dropped', station: 0 }))).toBe('not found');
  expect(words(stop([]))).toBe('looked for hits');
});

it('says of a prompt whether they are there, and what cut them', () => {
  const words = (at: TraceStop, how?: NonNullable<AnswerTrace['lost']>['how']) =>
    stopWords(
      trace(how ?? 'model', how === undefined ? undefined : { how, station: 1 }),
      at,
      'prompts',
    );
  expect(words(stop([2]))).toBe('in the prompt');
  expect(words(stop([0], { considered: 3 }), 'cut-by-top')).toBe('below the top 3');
  expect(words(stop([0], { considered: 1 }), 'cut-by-top')).toBe('below the top 1');
  expect(words(stop([1, 0], { considered: 3 }), 'cut-by-top')).toBe(
    '1 of 2, the other below the top 3',
  );
  expect(words(stop([1, 0, 0]), 'cut-by-budget')).toBe('1 of 3, the others cut by the budget');
  expect(words(stop([0]), 'cut-by-budget')).toBe('cut by the budget');
  expect(words(stop([0]), 'without-passages')).toBe('takes no passages');
  expect(words(stop([0]))).toBe('not in the prompt');
  expect(words(stop([1, 0]))).toBe('1 of 2 in the prompt');
  expect(words(stop([]))).toBe('prompt written');
});

it('says of an answer what it is', () => {
  const words = (of: AnswerTrace) => stopWords(of, stop([]), 'answers');
  expect(words(trace('right'))).toBe('right');
  expect(words(trace('lucky'))).toBe('right without the passage');
  expect(words(trace('not-found'))).toBe('wrong');
  expect(words(trace('no reference'))).toBe('no reference to compare with');
  expect(verdictWords(trace('right'))).toBeUndefined();
  expect(verdictWords(trace('model'))).toBe('In the prompt: lost by the model');
});
