import type { Chunk } from '@graft/graph';
import { expect, it } from 'vitest';
import type { QuestionPassages } from '../kit/training/question-passages.ts';
import { checkPairs } from './run.ts';

const chunk = (text: string): Chunk => ({
  ...{ id: text, text, headings: [], metadata: {} },
  source: {
    ...{ documentId: text, path: text, title: text, start: 0, end: text.length },
    ...{ firstLine: 1, lastLine: 1 },
  },
});
const pair = (question: string, passage: string, ...others: string[]): QuestionPassages => ({
  question: { id: `${question} ${passage}`, question },
  passage: chunk(passage),
  negatives: others.map(chunk),
});

/** What is logged of pairs, one for each step at most. */
function warned(pairs: readonly QuestionPassages[], batch = 1): string[] {
  const lines: string[] = [];
  checkPairs({ node: 'train', log: (_level, message) => lines.push(message) }, pairs, batch);
  return lines;
}

it('refuses pairs that all ask the same, unless hard negatives stand beside it', () => {
  const same = [pair('When?', 'a'), pair('When? ', 'b')];
  expect(() => warned(same)).toThrow(
    'All pairs ask the same question and have no hard negatives, so there is nothing to learn. Add different questions, or raise the hard negatives.',
  );
  expect(() => warned([pair('', 'a'), pair(' ', 'b')])).toThrow('All questions are blank and have');
  expect(warned([pair('When?', 'a'), pair('When?', 'b', 'c')])).toEqual([]);
  expect(warned([pair('When?', 'a'), pair('Why?', 'b')])).toEqual([]);
});

it('warns of blank questions, and of a batch that no step can fill', () => {
  expect(warned([pair(' ', 'a'), pair('Why?', 'b')])).toEqual([
    '1 question for training is blank. Remove blank questions.',
  ]);
  expect(warned([pair('When?', 'a'), pair('Why?', 'b')], 16)).toEqual([
    'The batch of 16 is larger than the 2 pairs for training, so each step takes all of them.',
  ]);
});
