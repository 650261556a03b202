import {
  type MetricRow,
  modelSchema,
  type Prompt,
  type Question,
  type Training,
} from '@graft/graph';
import { expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { SmallTokenizer } from '../kit/testing/small-tokenizer.ts';
import { rowsInput, testContext, treeInput } from '../kit/testing/test-context.ts';
import { multipleChoice } from './node.ts';
import { run, scoreChoices } from './run.ts';

const model = treeInput(
  modelSchema.parse({
    ...{ id: 'small', digest: 'd', architecture: 'llama', format: 'gguf', contextLength: 64 },
  }),
);

function prompt(id: string, more: Partial<Question>): Prompt {
  const question = { id, question: `${id}?`, ...more };
  return { id, question, text: question.question, passages: [], tokens: 3, dropped: 0 };
}

/** A model to which an `a` has the probability 1/2, and all else that counts 1/4. */
async function score(
  prompts: readonly Prompt[],
  params: object = {},
): Promise<{ rows: readonly MetricRow[]; log: string[]; read: string[] }> {
  const tokenizer = new SmallTokenizer();
  const read: string[] = [];
  const evaluate: Training['evaluate'] = ({ examples }) =>
    Promise.resolve(
      examples.map(({ tokens, trained }) => {
        const pieces = tokenizer.pieces(tokens);
        read.push(pieces.join(''));
        const counting = pieces.filter((_, at) => trained[at] === 1);
        const losses = counting.map((piece) => (piece === 'a' ? Math.LN2 : 2 * Math.LN2));
        return { loss: losses.reduce((sum, one) => sum + one, 0), tokens: counting.length };
      }),
    );
  const log: string[] = [];
  const base = testContext();
  const ctx = testContext({
    log: (_level, message) => log.push(message),
    backends: {
      ...base.backends,
      tokenizer: () => Promise.resolve(tokenizer),
      training: () => Promise.resolve({ evaluate } as unknown as Training),
    },
  });
  const inputs = { prompts: rowsInput(prompts), model, adapters: [] };
  const { metrics } = await run.run(ctx, inputs, multipleChoice.params.parse(params));
  const rows: MetricRow[] = [];
  for await (const row of metrics) rows.push(row);
  return { rows: explained(multipleChoice, rows), log, read };
}

it('takes the choice that the model finds likeliest, with the token that ends it', async () => {
  const { rows, log, read } = await score(
    [
      prompt('q1', { choices: ['aa', 'ab '], reference: 'aa' }),
      // The longer is less likely as a whole, and likelier by the character.
      prompt('q2', { choices: ['b', 'aaaa'], reference: 'aaaa' }),
      prompt('q3', { choices: ['a', 'b'] }),
      prompt('q4', { reference: 'a' }),
    ],
    { system: 'Be brief.' },
  );
  // Likelihoods 1/4 and 1/8; 1/4 and 1/16; each times 1/4 for the end.
  expect(rows.map(({ series, item, values }) => [series, item, values])).toEqual([
    [
      'summary',
      undefined,
      {
        ...{ accuracy: 0.5, normalizedAccuracy: 1 },
        ...{ choiceProbability: expect.closeTo((2 / 3 + 1 / 5) / 2, 12), questions: 2 },
      },
    ],
    [
      'questions',
      'q1',
      { accuracy: 1, normalizedAccuracy: 1, choiceProbability: expect.closeTo(2 / 3, 12) },
    ],
    [
      'questions',
      'q2',
      { accuracy: 0, normalizedAccuracy: 1, choiceProbability: expect.closeTo(1 / 5, 12) },
    ],
  ]);
  expect(log).toEqual(['Skipped 2 questions without choices or a reference.']);
  expect(read[1]).toMatch(/Be brief\..*q1\?.*ab<\|im_end\|>/s);
});

it('stands against likelihoods too small for a number, and gives the first of equals', () => {
  const tiny = [-2000, -2001].map((logLikelihood) => ({ text: 'ab', logLikelihood }));
  expect(scoreChoices(tiny, 1).choiceProbability).toBeCloseTo(1 / (1 + Math.E), 12);
  const equal = [-1, -1].map((logLikelihood) => ({ text: 'ab', logLikelihood }));
  expect([0, 1].map((right) => scoreChoices(equal, right).accuracy)).toEqual([1, 0]);
});

it.each([
  [[prompt('q', { reference: 'a' })], 'No question has choices.'],
  [[prompt('q', { choices: ['a'], reference: 'a' })], 'q: There is only one choice.'],
  [[prompt('q', { choices: ['a', ' '], reference: 'a' })], 'q: A choice is empty.'],
  [[prompt('q', { choices: ['a', 'a '], reference: 'a' })], 'q: Two choices are the same.'],
  [[prompt('q', { choices: ['a', 'b'], reference: 'c' })], 'q: The reference "c" is not among'],
  [
    [prompt('q', { choices: ['a', 'b'.repeat(60)], reference: 'a' })],
    'but small reads at most 64. Inject fewer passages.',
  ],
])('refuses, at the prompts, %j: %s', async (prompts, message) => {
  await expect(score(prompts)).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining(message),
    location: { node: 'node-1', port: 'prompts' },
  });
});
