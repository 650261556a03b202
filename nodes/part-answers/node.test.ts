import type { Answer } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { partAnswers } from './node.ts';
import { run } from './run.ts';

const answer = (id: string, text: string, more: Partial<Answer> = {}): Answer => ({
  ...{ id, text, question: { id, question: `${id}?`, reference: 'nine pounds' } },
  ...{ citations: [], promptTokens: 9, completionTokens: 3, finishReason: 'stop' },
  ...more,
});
const source = {
  ...{ documentId: 'a.md', path: 'a.md', title: 'A', start: 0, end: 1 },
  ...{ firstLine: 1, lastLine: 1 },
};
const answers: readonly Answer[] = [
  answer('right', 'It costs 9 pounds.'),
  answer('wrong', 'It costs ten pounds.', {
    citations: [{ number: 1, chunkId: 'a.md:0', source, by: 'written' }],
  }),
  answer('free', 'Nobody knows.', { question: { id: 'free', question: 'free?' } }),
  answer('abstains', 'The handbook does not say.', {
    question: { id: 'abstains', question: 'abstains?', answerable: false },
    citations: [{ number: 1, chunkId: 'a.md:0', source, by: 'attributed' }],
  }),
  answer('cut', 'It costs nine pounds and', { finishReason: 'length' }),
  answer('empty', '  '),
];

it.each([
  ['wrong', ['wrong', 'empty']],
  ['uncited', ['right', 'free', 'cut', 'empty']],
  ['unfinished', ['cut', 'empty']],
])('asks again what is %s, and lets the others stand', async (kind, asked) => {
  const params = partAnswers.params.parse({ open: kind });
  const given = await run.run(testContext(), { answers: rowsInput(answers) }, params);
  const open = [...(given.open as Iterable<{ id: string }>)].map(({ id }) => id);
  const settled = [...(given.settled as Iterable<{ id: string }>)].map(({ id }) => id);
  expect(open).toEqual(asked);
  expect([...open, ...settled].sort()).toEqual(answers.map(({ id }) => id).sort());
});
