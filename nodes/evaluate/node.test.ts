import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Answer,
  answerSchema,
  createRegistry,
  type MetricRow,
  migrateGraph,
  parseGraph,
  type Question,
} from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { evaluate } from './node.ts';
import { run } from './run.ts';

const fixture = await readFile(join(import.meta.dirname, 'fixtures', 'answers.jsonl'), 'utf8');
const answers = fixture
  .trim()
  .split('\n')
  .map((line) => answerSchema.parse(JSON.parse(line)));

async function score(
  rows: readonly Answer[],
  params: object = {},
  questions?: readonly Question[],
): Promise<{ rows: readonly MetricRow[]; log: string[] }> {
  const log: string[] = [];
  const ctx = testContext({
    log: (_level, message, item) => log.push(`${item ?? ''}: ${message}`),
  });
  const inputs = {
    answers: rowsInput(rows),
    questions: questions === undefined ? undefined : rowsInput(questions),
  };
  const { metrics } = await run.run(ctx, inputs, evaluate.params.parse(params));
  const given: MetricRow[] = [];
  for await (const row of metrics) given.push(row);
  return { rows: explained(evaluate, given), log };
}

it('scores each answer, says the means first, and keeps those apart that have no reference', async () => {
  const { rows, log } = await score(answers);
  expect(rows.map(({ series, item, values }) => [series, item, values])).toEqual([
    [
      'summary',
      undefined,
      {
        ...{ accuracy: 3 / 5, exactMatch: 1 / 3, containment: 2 / 3 },
        ...{ f1: expect.closeTo((1 + 0.2) / 3, 12), rougeL: 0.5 },
        ...{ citationPrecision: 0.75, citationRecall: 0.75 },
        ...{ rightAbstention: 0.5, falseAbstention: 1 / 3 },
        ...{ promptTokens: 670 / 6, completionTokens: 7 },
        ...{ questions: 3, unanswerable: 2, withoutReference: 1 },
      },
    ],
    [
      'questions',
      'q1',
      {
        ...{ accuracy: 1, exactMatch: 1, containment: 1, f1: 1, rougeL: 1 },
        ...{ citationPrecision: 1, citationRecall: 1, falseAbstention: 0 },
        ...{ promptTokens: 120, completionTokens: 8 },
      },
    ],
    [
      'questions',
      'q2',
      {
        // Of words £4050 is shared, 1 of 3 and 7; in order 40 50, 2 of 5 and 11.
        ...{ accuracy: 1, exactMatch: 0, containment: 1, f1: 2 / 10, rougeL: 4 / 16 },
        // Of two documents one is cited, and something else.
        ...{ citationPrecision: 0.5, citationRecall: 0.5, falseAbstention: 0 },
        ...{ promptTokens: 140, completionTokens: 9 },
      },
    ],
    [
      'questions',
      'q3',
      {
        ...{ accuracy: 0, exactMatch: 0, containment: 0, f1: 0, rougeL: 2 / 8 },
        ...{ falseAbstention: 1, promptTokens: 100, completionTokens: 6 },
      },
    ],
    [
      'unanswerable',
      'q4',
      { accuracy: 1, rightAbstention: 1, promptTokens: 110, completionTokens: 8 },
    ],
    [
      'unanswerable',
      'q5',
      { accuracy: 0, rightAbstention: 0, promptTokens: 110, completionTokens: 8 },
    ],
    ['no reference', 'q6', { promptTokens: 90, completionTokens: 3 }],
  ]);
  expect(rows[1]).toMatchObject({ label: 'Which burner is lit first?', question: 'q1' });
  expect(log).toEqual([
    ': 1 of 6 questions lack the field "reference" and do not count in the mean of accuracy, exact match, containment, F1, ROUGE-L, wrongly unanswered.',
    ': 2 of 6 questions lack the field "documents" and do not count in the mean of citation precision, citation recall.',
  ]);
});

it('has the same metrics of a question whatever its answer is, so that variants are paired', async () => {
  const namesOf = async (rows: readonly Answer[]): Promise<string[][]> =>
    (await score(rows)).rows.slice(1).map(({ values }) => Object.keys(values));
  const empty = answers.map((answer): Answer => ({ ...answer, text: '', citations: [] }));
  expect(await namesOf(empty)).toEqual(await namesOf(answers));
});

it('scores only what the model cited itself where it is told to', async () => {
  const metrics = ['citationPrecision', 'citationRecall'];
  const { rows } = await score(answers.slice(0, 2), { metrics, citations: 'written' });
  expect(rows.map(({ values }) => values['citationPrecision'])).toEqual([0.5, 1, 0]);
  expect(Object.keys(rows[1]?.values ?? {})).toEqual(metrics);
});

it('knows abstentions in other words when it is told them', async () => {
  const german = answers.slice(2, 5).map((answer) => ({ ...answer, text: 'Das weiß ich nicht.' }));
  const abstained = async (params: object): Promise<unknown[]> =>
    (await score(german, params)).rows.map(({ values }) => [
      values['falseAbstention'],
      values['rightAbstention'],
    ]);
  expect((await abstained({}))[0]).toEqual([0, 0]);
  expect((await abstained({ abstentions: ['weiß ich nicht!'] }))[0]).toEqual([1, 1]);
});

it('takes references from questions that are connected, and names those without an answer', async () => {
  const question = { id: 'q6', question: 'What is a kiln?', reference: 'An oven' };
  const lost = { id: 'q7', question: 'Lost?', reference: 'Yes.' };
  const { rows, log } = await score(answers.slice(5), {}, [question, lost]);
  expect(rows.map(({ series, values }) => [series, values['exactMatch']])).toEqual([
    ['summary', 1],
    ['questions', 1],
  ]);
  expect(log).toEqual([expect.stringMatching(/^q7: The question has no answer/)]);
});

it('takes the best of several references, and passes on what the question is about', async () => {
  const [answer] = answers;
  if (answer === undefined) throw new Error('There is no answer.');
  const { reference = '' } = answer.question;
  const question = { ...answer.question, reference: 'Never.', accept: [reference], group: 'kilns' };
  const metrics = ['accuracy', 'exactMatch', 'f1'];
  const { rows } = await score([{ ...answer, question }], { metrics });
  expect(rows[1]).toMatchObject({ group: 'kilns', values: { accuracy: 1, exactMatch: 1, f1: 1 } });
  const { rows: before } = await score([answer], { metrics });
  expect(before[1]?.group).toBeUndefined();
});

describe('is refused', () => {
  it.each([
    {
      rows: [],
      params: {},
      message: 'No answers arrived. Connect the answers of a Generate node.',
    },
    { rows: answers.slice(5), params: {}, message: 'in the field "reference"' },
    {
      rows: answers.slice(2, 5),
      params: { metrics: ['accuracy', 'citationRecall'] },
      message:
        'The metric citationRecall needs the field "documents", which no question has (3 questions).',
    },
    {
      rows: answers.slice(0, 3),
      params: { metrics: ['rightAbstention'] },
      message: 'the field "answerable", which says false',
    },
  ])('where it says: $message', async ({ rows, params, message }) => {
    await expect(score(rows, params)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(message),
      location: { node: 'node-1', port: 'answers' },
    });
  });
});

it('stands in the place of score-answers in files that have it', () => {
  const written = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { score: { type: 'score-answers', version: 1 } },
      edges: ['generate.answers -> score.answers'],
      experiments: { e: { metrics: ['score.metrics:accuracy', 'score.metrics:f1'] } },
    }),
  );
  const { nodes, edges, experiments } = migrateGraph(written, createRegistry([evaluate]));
  expect(nodes).toEqual({ score: { type: 'evaluate', version: 1, params: {} } });
  expect(edges.map(({ targetPort }) => targetPort)).toEqual(['answers']);
  expect(Object.keys(evaluate.inputs)).toContain('answers');
  const { metrics } = evaluate.outputs;
  expect(metrics.type.id).toBe('metrics');
  expect(experiments).toEqual(written.experiments);
  expect(evaluate.metrics?.(evaluate.params.parse({}))).toEqual(
    expect.arrayContaining(['accuracy', 'f1']),
  );
});
