import { Chunks, shapedType } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { sampleRows } from './node.ts';
import { run } from './run.ts';

const questions = Array.from({ length: 240 }, (_, at) => ({
  id: `q${String(at)}`,
  question: `Number ${String(at)}?`,
}));

async function sample(rows: readonly object[], params: object): Promise<object[]> {
  const input = { rows: rowsInput(rows as typeof questions) };
  const { rows: taken } = await run.run(testContext(), input, sampleRows.params.parse(params));
  const all: object[] = [];
  for await (const row of taken) all.push(row);
  return all;
}

it('takes a share in the order of the rows, each smaller part within the larger one', async () => {
  const parts = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((part) => sample(questions, { share: part / 6, least: 0 })),
  );
  expect(parts.map(({ length }) => length)).toEqual([40, 80, 120, 160, 200, 240]);
  for (const [at, part] of parts.entries()) {
    expect(part).toEqual(questions.filter((row) => part.includes(row)));
    expect(parts[at - 1]?.every((row) => part.includes(row)) ?? true).toBe(true);
  }
  expect(parts[0]).not.toEqual(questions.slice(0, 40));
  expect(await sample(questions, { share: 1 / 6, least: 0, seed: 1 })).not.toEqual(parts[0]);
});

it('takes at least so many, and no more than there are', async () => {
  expect(await sample(questions, { share: 0, least: 50 })).toHaveLength(50);
  expect(await sample(questions, { share: 0.5, least: 50 })).toHaveLength(120);
  expect(await sample(questions.slice(0, 9), { share: 0.1 })).toHaveLength(9);
});

it('draws the same questions from their hits, and keeps rows of one question together', async () => {
  const hits = questions.flatMap((question) =>
    ['a', 'b'].map((end) => ({ id: question.id + end, question, hits: [] })),
  );
  const metrics = questions.map(({ id }) => ({
    ...{ series: 'questions', item: `${id} of it`, question: id, values: {} },
  }));
  const ids = (await sample(questions, { share: 0.2 })).map((row) => Object(row).id as string);
  const drawn = await sample(hits, { share: 0.2 });
  expect(drawn.map((row) => Object(row).id as string)).toEqual(
    ids.flatMap((id) => [`${id}a`, `${id}b`]),
  );
  const measured = await sample(metrics, { share: 0.2 });
  expect(measured.map((row) => Object(row).question as string)).toEqual(ids);
});

it('refuses rows that are of nothing', async () => {
  const rows = [{ series: 'summary', values: { mrr: 1 } }];
  await expect(sample(rows, {})).rejects.toMatchObject({
    ...{ code: 'bad-input', location: { port: 'rows' } },
  });
});

it('gives what it takes', () => {
  const { inputs, outputs } = shapedType(sampleRows, { type: 'chunks' });
  expect([inputs['rows']?.type, outputs['rows']?.type]).toEqual([Chunks, Chunks]);
});
