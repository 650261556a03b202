import { expect, it } from 'vitest';
import { partText, traceSentence, wrongParts } from './trace-text.ts';

const none = {
  ...{ retrieval: 0, budget: 0, model: 0, 'without-passages': 0, unanswerable: 0, unknown: 0 },
};

it('sums up the wrong answers in a sentence', () => {
  expect(traceSentence({ wrong: 24, parts: { ...none, retrieval: 6, budget: 3, model: 15 } })).toBe(
    'Of 24 wrong answers, 6 were lost in retrieval, 3 were cut from the prompt and 15 were lost by the model.',
  );
  expect(traceSentence({ wrong: 1, parts: { ...none, unanswerable: 1 } })).toBe(
    'Of 1 wrong answer, 1 has no answer in the documents.',
  );
  expect(traceSentence({ wrong: 0, parts: none })).toBeUndefined();
  expect(wrongParts({ ...none, model: 1, retrieval: 2 })).toEqual(['retrieval', 'model']);
  expect(partText('retrieval', 1)).toBe('1 was lost in retrieval');
});
