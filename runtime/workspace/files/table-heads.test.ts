import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableHeads } from './table-heads.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'graft-heads-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The heads of one file with this text. */
async function headOf(name: string, text: string) {
  const absolute = path.join(folder, name);
  await writeFile(absolute, text);
  const { size } = await stat(absolute);
  const heads = await tableHeads([name], {
    files: () => Promise.resolve([{ path: name, absolute, digest: 'd', size }]),
  });
  return heads?.[0];
}

const rows = [
  { prompt: 'a', completion: 'b' },
  { prompt: 'c', completion: 'd' },
];
const columns = ['prompt', 'completion'];

it.each([
  ['rows.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')],
  ['rows.csv', 'prompt;completion\na;b\nc;d\n'],
  ['rows.json', JSON.stringify(rows)],
])('reads %s', async (name, text) => {
  expect(await headOf(name, text)).toEqual({ path: name, columns, rows: rows.length, head: rows });
});

it('reads only the beginning of a long file, without the line that it cuts', async () => {
  const line = JSON.stringify({ prompt: 'x'.repeat(10_000), completion: 'y' });
  const head = await headOf('long.jsonl', Array.from({ length: 100 }, () => line).join('\n'));
  expect(head?.head).toHaveLength(6);
  expect(head?.columns).toEqual(columns);
});

it('reads only the first rows, and no more files than a few', async () => {
  const lines = Array.from({ length: 60 }, (_, at) => (at < 50 ? '{"a": 1}' : 'not json'));
  expect((await headOf('many.jsonl', lines.join('\n')))?.head).toHaveLength(50);
  const absolute = path.join(folder, 'many.jsonl');
  const file = { path: 'many.jsonl', absolute, digest: 'd', size: 1_000 };
  const headsOf = (length: number) =>
    tableHeads(['*.jsonl'], { files: () => Promise.resolve(Array.from({ length }, () => file)) });
  expect(await headsOf(20)).toHaveLength(20);
  expect(await headsOf(21)).toBeUndefined();
});

it('knows nothing of what is no table, or is not there', async () => {
  expect(await headOf('broken.jsonl', '{"a": 1}\nnot json')).toBeUndefined();
  expect(await headOf('object.json', '{"a": 1}')).toBeUndefined();
  const missing = { files: () => Promise.reject(new Error('missing')) };
  expect(await tableHeads(['none.jsonl'], missing)).toBeUndefined();
});
