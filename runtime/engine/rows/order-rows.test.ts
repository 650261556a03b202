import { Hits, Questions } from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { writeArtifact } from './artifact-codec.ts';
import { orderRows } from './order-rows.ts';

const artifacts = new MemoryArtifactStore();
const texts = ['kiln 10', 'ash', 'kiln 9', 'ash', 'a long one, in which there is much'];
const questions = await writeArtifact(artifacts, {
  ...{ port: 'out', type: Questions },
  value: texts.map((question, at) => ({
    ...{ id: `q${String(at)}`, question },
    ...(at === 1 ? {} : { reference: 'r'.repeat(at) }),
  })),
});
const order = (column: string, descending: boolean) =>
  orderRows(artifacts, questions, { column, descending });

it('puts numbers by size and texts as people do, those that are alike as they stand', async () => {
  expect(await order('length', true)).toEqual([4, 0, 2, 1, 3]);
  expect(await order('length', false)).toEqual([1, 3, 2, 0, 4]);
  expect(await order('question', false)).toEqual([4, 1, 3, 2, 0]);
});

it('puts rows that have nothing in the column last either way', async () => {
  expect(await order('reference', true)).toEqual([4, 3, 2, 0, 1]);
  expect(await order('reference', false)).toEqual([0, 2, 3, 4, 1]);
});

it('refuses a column that they have not, and ends when it is left', async () => {
  await expect(order('score', true)).rejects.toThrow('questions cannot be sorted by “score”');
  const many = await writeArtifact(artifacts, {
    ...{ port: 'out', type: Hits },
    value: Array.from({ length: 600 }, (_, at) => ({
      ...{ id: `h${String(at)}`, question: { id: 'q', question: 'When?' }, hits: [] },
    })),
  });
  const left = { column: 'hits', descending: true, signal: AbortSignal.abort(new Error('left')) };
  await expect(orderRows(artifacts, many, left)).rejects.toThrow('left');
});
