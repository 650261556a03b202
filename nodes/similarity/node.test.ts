import type { Answer, Embedder, MetricRow, Question } from '@graft/graph';
import { expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { similarity } from './node.ts';
import { run } from './run.ts';

const embedded: string[] = [];
/** Two-dimensional: the number in a text is an angle in degrees. */
const angles: Embedder = {
  model: 'angles',
  dimension: 2,
  device: 'cpu',
  embed: (texts) => {
    embedded.push(...texts);
    return Promise.resolve(
      texts.map((text) => {
        const angle = (Number(/\d+/.exec(text)?.[0]) * Math.PI) / 180;
        return Float32Array.of(Math.cos(angle), Math.sin(angle));
      }),
    );
  },
  embedTokens: () => Promise.reject(new Error('not asked for')),
};

function answer(id: string, text: string, more: Partial<Question> = {}): Answer {
  const question = { id, question: `${id}?`, ...more };
  return {
    ...{ id, question, text, citations: [] },
    ...{ promptTokens: 9, completionTokens: 3, finishReason: 'stop' },
  };
}

async function score(rows: readonly Answer[], questions?: readonly Question[]) {
  const log: string[] = [];
  const base = testContext();
  const ctx = testContext({
    log: (_level, message, item) => log.push(`${item ?? ''}: ${message}`),
    backends: { ...base.backends, embedder: () => Promise.resolve(angles) },
  });
  const inputs = {
    answers: rowsInput(rows),
    questions: questions === undefined ? undefined : rowsInput(questions),
  };
  const { metrics } = await run.run(ctx, inputs, similarity.params.parse({}));
  const given: MetricRow[] = [];
  for await (const row of metrics) given.push(row);
  return { rows: explained(similarity, given), log };
}

const answers = [
  answer('same', '30 [1]', { reference: '30' }),
  answer('near', '30', { reference: '90' }),
  answer('opposite', '180', { reference: '0' }),
  answer('empty', ' [2]', { reference: '30' }),
  answer('none', '30', { reference: 'The handbook does not say.', answerable: false }),
  answer('free', '30'),
];

it('is the cosine of answer and reference, and none where there is nothing to compare with', async () => {
  const { rows, log } = await score(answers);
  expect(rows.map(({ series, item, values }) => [series, item, values])).toEqual([
    [
      'summary',
      undefined,
      {
        similarity: expect.closeTo((1 + 0.5 - 1 + 0) / 4, 6),
        ...{ questions: 4, unanswerable: 1, withoutReference: 1 },
      },
    ],
    ['questions', 'same', { similarity: expect.closeTo(1, 6) }],
    ['questions', 'near', { similarity: expect.closeTo(0.5, 6) }],
    ['questions', 'opposite', { similarity: expect.closeTo(-1, 6) }],
    ['questions', 'empty', { similarity: 0 }],
    ['unanswerable', 'none', {}],
    ['no reference', 'free', {}],
  ]);
  for (const { values } of rows) expect(Math.abs(values['similarity'] ?? 0)).toBeLessThanOrEqual(1);
  expect(log).toEqual([]);
});

it('embeds a text once', async () => {
  embedded.length = 0;
  await score(answers);
  expect(embedded.sort()).toEqual(['0', '180', '30', '90']);
});

it('takes references from questions that are connected, and names those without an answer', async () => {
  const { rows, log } = await score(answers.slice(5), [
    { id: 'free', question: 'free?', reference: '30' },
    { id: 'lost', question: 'lost?', reference: '30' },
  ]);
  expect(rows[0]?.values['similarity']).toBeCloseTo(1, 6);
  expect(log).toEqual([expect.stringMatching(/^lost: The question has no answer/)]);
});

it('asks for references where no question has any', async () => {
  await expect(score(answers.slice(4))).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('in the field "reference"'),
    location: { port: 'answers' },
  });
});
