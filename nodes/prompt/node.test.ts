import { expect, it } from 'vitest';
import { rowsInput, runAll } from '../kit/testing/test-context.ts';
import { prompt } from './node.ts';
import { run } from './run.ts';

const question = { id: 'q1', question: 'What costs $& or $1?', reference: 'Nothing.' };
const asked = (params: object) =>
  runAll(run, [question], {
    inputs: { questions: rowsInput([question]) },
    params: prompt.params.parse(params),
  });

it('asks the question alone, as it is', async () => {
  expect(await asked({})).toEqual([
    {
      ...{ id: 'q1', question, text: question.question },
      ...{ passages: [], tokens: expect.any(Number), dropped: 0 },
    },
  ]);
});

it('writes the question into the template, wherever it is named', async () => {
  const [written] = await asked({ template: 'Q: {question}\nAgain: {question}\nA:' });
  expect(written?.text).toBe('Q: What costs $& or $1?\nAgain: What costs $& or $1?\nA:');
  expect(written?.tokens).toBeGreaterThan(10);
});

it('needs a template that names the question', () => {
  expect(prompt.params.safeParse({ template: 'Hello' }).success).toBe(false);
});
