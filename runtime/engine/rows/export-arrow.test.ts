import { tableFromIPC } from 'apache-arrow';
import { expect, it } from 'vitest';
import { exportArrow } from './export-arrow.ts';

async function blocksOf(rows: readonly unknown[]): Promise<Uint8Array[]> {
  async function* all(): AsyncGenerator<unknown> {
    yield* rows;
  }
  const blocks: Uint8Array[] = [];
  for await (const block of exportArrow(all)) blocks.push(Buffer.from(block));
  return blocks;
}
const read = async (rows: readonly unknown[]) => tableFromIPC(Buffer.concat(await blocksOf(rows)));

it('holds numbers, truth values and texts as such, and nothing where there is nothing', async () => {
  const table = await read([
    { id: 'a', question: { text: 'Wann?', documents: ['a.md', 'b.md'] }, hits: 3, hard: true },
    { id: 'b', score: 0.5, hits: 2, mixed: 1 },
    { id: 'c', mixed: 'ü', hits: 2 ** 40, score: 2 },
    { id: 'd', mixed: 3 },
  ]);
  expect(table.schema.fields.map(({ name, type }) => `${name} ${String(type)}`)).toEqual([
    ...['id Utf8', 'question.text Utf8', 'question.documents Utf8', 'hits Float64', 'hard Bool'],
    ...['score Float64', 'mixed Utf8'],
  ]);
  expect(table.toArray().map((row) => Object.values(row?.toJSON() ?? {}))).toEqual([
    ['a', 'Wann?', 'a.md; b.md', 3, true, null, null],
    ['b', null, null, 2, null, 0.5, '1'],
    ['c', null, null, 2 ** 40, null, 2, 'ü'],
    ['d', null, null, null, null, null, '3'],
  ]);
});

it('holds vectors, and is written batch by batch', async () => {
  const rows = Array.from({ length: 5_000 }, (_, at) => ({
    id: `r${String(at)}`,
    at,
    vector: Float32Array.of(at, -0.5),
  }));
  const blocks = await blocksOf(rows);
  expect(blocks.length).toBeGreaterThan(5);
  const table = tableFromIPC(Buffer.concat(blocks));
  expect(table.numRows).toBe(5_000);
  expect(String(table.schema.fields.at(-1)?.type)).toBe('FixedSizeList[2]<Float32>');
  const last = table.get(4_999)?.toJSON();
  expect([last?.['id'], last?.['at']]).toEqual(['r4999', 4_999]);
  expect([...(last?.['vector'] as Iterable<number>)]).toEqual([4_999, -0.5]);
});

it('holds few long texts at a time', async () => {
  const text = 'clay '.repeat(300_000);
  const table = await read(Array.from({ length: 10 }, (_, at) => ({ id: `r${String(at)}`, text })));
  expect(table.batches.map(({ numRows }) => numRows)).toEqual([3, 3, 3, 1]);
  expect(table.get(9)?.toJSON()).toEqual({ id: 'r9', text });
});

it('is a file of no rows where there are none', async () => {
  expect((await read([])).numRows).toBe(0);
});
