import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MetricRow, type QuestionHits, questionHitsSchema } from '@graft/graph';
import { expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { scoreHits } from './node.ts';
import { run } from './run.ts';

const fixture = await readFile(join(import.meta.dirname, 'fixtures', 'hits.jsonl'), 'utf8');
const lists = fixture
  .trim()
  .split('\n')
  .map((line) => questionHitsSchema.parse(JSON.parse(line)));

async function score(
  hits: readonly QuestionHits[],
  { k = 3, questions }: { k?: number; questions?: readonly QuestionHits['question'][] } = {},
): Promise<{ rows: readonly MetricRow[]; log: string[] }> {
  const log: string[] = [];
  const ctx = testContext({
    log: (_level, message, item) => log.push(`${item ?? ''}: ${message}`),
  });
  const inputs = {
    hits: rowsInput(hits),
    questions: questions === undefined ? undefined : rowsInput(questions),
  };
  const { metrics } = await run.run(ctx, inputs, scoreHits.params.parse({ k }));
  const rows: MetricRow[] = [];
  for await (const row of metrics) rows.push(row);
  return { rows: explained(scoreHits, rows), log };
}

it('scores each question, says the means first, and keeps those apart that have no answer', async () => {
  const { rows } = await score(lists);
  // q2 wants two documents: one stands second, the other fourth, after the first three.
  const half = 1 / Math.log2(3) / (1 + 1 / Math.log2(3));
  expect(rows.map(({ series, item, values }) => [series, item, values])).toEqual([
    [
      'summary',
      undefined,
      {
        ...{ 'recall@3': 0.5, mrr: expect.closeTo((1 + 1 / 2 + 1 / 4) / 3, 12) },
        ...{ 'ndcg@3': expect.closeTo((1 + half) / 3, 12) },
        ...{ map: expect.closeTo((1 + 1 / 2 + 1 / 4) / 3, 12) },
        ...{ 'contextPrecision@3': expect.closeTo((5 / 6 + 7 / 12) / 3, 12) },
        ...{ questions: 3, unanswerable: 1, withoutReference: 1 },
      },
    ],
    [
      'questions',
      'q1',
      { 'recall@3': 1, mrr: 1, 'ndcg@3': 1, map: 1, 'contextPrecision@3': (1 + 2 / 3) / 2 },
    ],
    [
      'questions',
      'q2',
      {
        ...{ 'recall@3': 0.5, mrr: 0.5, 'ndcg@3': expect.closeTo(half, 12) },
        ...{ map: (1 / 2 + 2 / 4) / 2, 'contextPrecision@3': (1 / 2 + 2 / 3) / 2 },
      },
    ],
    [
      'questions',
      'q3',
      { 'recall@3': 0, mrr: 0.25, 'ndcg@3': 0, map: 0.25, 'contextPrecision@3': 0 },
    ],
    ['unanswerable', 'q4', { bestScore: 0.0164 }],
    ['no reference', 'q5', { bestScore: 0.0164 }],
  ]);
  expect(rows[1]).toMatchObject({ label: 'When is the kiln lit?', question: 'q1' });
});

it('takes k from its parameter, and says where lists are shorter', async () => {
  const { rows, log } = await score(lists, { k: 4 });
  expect(rows[2]?.values).toMatchObject({ 'recall@4': 1 });
  expect(log).toEqual([]);
  expect((await score(lists, { k: 5 })).log).toEqual([
    ': 3 of 3 questions have fewer than 5 hits. Raise Top k of Retrieve.',
  ]);
});

it('takes references from questions that are connected, and names those without hits', async () => {
  const question = { id: 'q5', question: 'Typed in.', documents: ['works.md'] };
  const { rows, log } = await score(lists.slice(4), {
    k: 1,
    questions: [question, { id: 'q6', question: 'Lost?' }],
  });
  expect(rows.map(({ series, values }) => [series, values['recall@1']])).toEqual([
    ['summary', 1],
    ['questions', 1],
  ]);
  expect(log).toEqual([expect.stringMatching(/^q6: The question has no hits/)]);
});

it('asks for documents where no question has any', async () => {
  await expect(score(lists.slice(3))).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('in the field "documents"'),
    location: { port: 'hits' },
  });
});
