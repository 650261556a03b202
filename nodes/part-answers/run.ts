import { type Answer, answerVerdict, implement, type Question } from '@graft/graph';
import { partAnswers } from './node.ts';

const isOpen: Readonly<Record<string, (answer: Answer) => boolean>> = {
  wrong: (answer) => answerVerdict(answer) === 'wrong',
  uncited: ({ citations }) => citations.length === 0,
  unfinished: ({ text, finishReason }) => text.trim() === '' || finishReason !== 'stop',
};

export const run = implement(partAnswers, async (_ctx, { answers }, { open: kind }) => {
  const settled: Answer[] = [];
  const open: Question[] = [];
  for await (const answer of answers.rows()) {
    if (isOpen[kind]?.(answer) === true) open.push(answer.question);
    else settled.push(answer);
  }
  return { settled, open };
});
