import { Answers, type MetricRow, Metrics, type Question, shapedType } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { gatherRows } from './node.ts';
import { run } from './run.ts';

async function gather(
  inputs: readonly (readonly unknown[])[],
  params: Record<string, unknown> = {},
): Promise<unknown[]> {
  const rows = inputs.map((one) => rowsInput(one as readonly Question[]));
  const given = await run.run(testContext(), { rows }, gatherRows.params.parse(params));
  const all: unknown[] = [];
  for await (const row of given.rows) all.push(row);
  return all;
}

const question = (id: string, text: string): Question => ({ id, question: text });

it('takes and gives the type that it is told', () => {
  const shaped = shapedType(gatherRows, { type: 'answers' });
  expect(shaped.inputs['rows']).toMatchObject({ type: Answers, many: true });
  expect(shaped.outputs['rows']?.type).toBe(Answers);
  expect(gatherRows.params.safeParse({ type: 'index' }).success).toBe(false);
});

it('keeps the last row of an item, where its first one stood', async () => {
  const rounds = [
    [question('a', 'one'), question('b', 'one'), question('c', 'one')],
    [question('b', 'two'), question('d', 'two')],
    [question('b', 'three'), question('a', 'three')],
  ];
  expect(await gather(rounds)).toEqual([
    question('a', 'three'),
    question('b', 'three'),
    question('c', 'one'),
    question('d', 'two'),
  ]);
  expect(await gather([[], []])).toEqual([]);
});

it('tells metrics apart by what was measured, and other rows without an id by what they say', async () => {
  const row = (item: string, accuracy: number): MetricRow => ({
    ...{ series: 'answers', item, question: item, values: { accuracy } },
  });
  const rounds = [[row('q1', 0), row('q2', 1)], [row('q1', 1)]];
  expect(await gather(rounds, { type: Metrics.id })).toEqual([row('q1', 1), row('q2', 1)]);
  const plain = [{ text: 'x' }, { text: 'y' }];
  expect(await gather([plain, [{ text: 'x' }]], { type: 'tokens' })).toEqual(plain);
});
