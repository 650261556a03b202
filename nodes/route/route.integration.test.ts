import type { Question } from '@graft/graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rowsOf } from '../kit/testing/leaning-model.ts';
import { openRealModel, type RealModel } from '../kit/testing/real-model.ts';
import { rowsInput } from '../kit/testing/test-context.ts';
import { route } from './node.ts';
import { run } from './run.ts';

const known = [
  'What is the capital of France?',
  'Who wrote Hamlet?',
  'How many days does a week have?',
];
const invented = [
  'Who is the coxswain of the workboat Dotterel?',
  'What did the Clerk in the Great Room cost?',
  'Which box do Osric and Juniper share?',
];
const questions = [...known, ...invented].map((question): Question => ({ id: question, question }));

let real: RealModel;
beforeAll(() => {
  real = openRealModel();
});
afterAll(() => real[Symbol.asyncDispose]());

async function confidences(by: 'draft' | 'asked') {
  const inputs = { questions: rowsInput(questions), model: real.model, hits: undefined };
  const params = route.params.parse({ by, context: 1024, parallel: 2 });
  const { metrics } = await run.run(real.ctx, inputs, params);
  const rows = await rowsOf(metrics);
  return (of: readonly string[]) =>
    rows.filter(({ item = '' }) => of.includes(item)).map(({ values }) => values);
}

it('is surer of its own answer to what a model can know', async () => {
  const of = await confidences('draft');
  const mean = (rows: readonly Readonly<Record<string, number>>[]) =>
    rows.reduce((sum, { confidence = 0 }) => sum + confidence, 0) / rows.length;
  expect(of(known)).toHaveLength(known.length);
  expect(mean(of(known))).toBeGreaterThan(mean(of(invented)) + 0.05);
  for (const { confidence, promptTokens, completionTokens } of [...of(known), ...of(invented)]) {
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThanOrEqual(1);
    expect(promptTokens).toBeGreaterThan(10);
    expect(completionTokens).toBeGreaterThan(0);
  }
});

it('asks of it in one token whether it knows, whatever that is worth', async () => {
  const of = await confidences('asked');
  const rows = [...of(known), ...of(invented)];
  expect(rows).toHaveLength(questions.length);
  expect(new Set(rows.map(({ confidence }) => confidence)).size).toBeGreaterThan(1);
  for (const { confidence, completionTokens } of rows) {
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThan(1);
    expect(completionTokens).toBeUndefined();
  }
});
