import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerSchema, type Answer, type MetricRow } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { scoreAnswers } from './node.ts';
import { run } from './run.ts';
import { wordOverlap } from './word-overlap.ts';

const fixture = await readFile(join(import.meta.dirname, 'fixtures', 'answers.jsonl'), 'utf8');
const answers = fixture
  .trim()
  .split('\n')
  .map((line) => answerSchema.parse(JSON.parse(line)));

async function score(rows: readonly Answer[]): Promise<MetricRow[]> {
  const inputs = { answers: rowsInput(rows) };
  const { metrics } = await run.run(testContext({}), inputs, scoreAnswers.params.parse({}));
  const given: MetricRow[] = [];
  for await (const row of metrics) given.push(row);
  return given;
}

it('scores each answer, says the means first, and keeps those apart that have no reference', async () => {
  expect((await score(answers)).map(({ series, item, values }) => [series, item, values])).toEqual([
    [
      'summary',
      undefined,
      {
        ...{ accuracy: 2 / 3, f1: expect.closeTo((1 + 4 / 7 + 0) / 3, 12) },
        ...{ questions: 3, withoutReference: 1 },
      },
    ],
    ['questions', 'q1', { accuracy: 1, f1: 1 }],
    // Two words of two are right, beside three more: 2·2 / (5 + 2).
    ['questions', 'q2', { accuracy: 1, f1: expect.closeTo(4 / 7, 12) }],
    ['questions', 'q3', { accuracy: 0, f1: 0 }],
    ['no reference', 'q4', {}],
  ]);
});

it('counts a word as often as it stands in both', () => {
  expect(wordOverlap('clay clay clay', 'clay clay kiln')).toBeCloseTo(4 / 6, 12);
  expect(wordOverlap('The kiln.', 'a KILN')).toBe(1);
  expect(wordOverlap('', 'kiln')).toBe(0);
  expect(wordOverlap('the', 'of')).toBe(1);
});

it('asks for references where no question has any', async () => {
  await expect(score(answers.slice(3))).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('in the field "reference"'),
    location: { port: 'answers' },
  });
});
