import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRows, Chunks, Hits, Questions, shapedType } from '@graft/graph';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sourceFile, testContext } from '../kit/testing/test-context.ts';
import { loadRows } from './node.ts';
import { run } from './run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-rows-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function load(text: string, params: Record<string, unknown> = {}): Promise<unknown[]> {
  await writeFile(join(folder, 'rows.jsonl'), text);
  const file = await sourceFile(folder, 'rows.jsonl');
  const ctx = testContext({ sources: [{ kind: 'files', param: 'file', files: [file] }] });
  const parsed = loadRows.params.parse({ file: 'rows.jsonl', ...params });
  const { rows } = await run.run(ctx, {}, parsed);
  const all: unknown[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

it('gives the type that it is told', () => {
  expect(shapedType(loadRows, { type: 'chunks' }).outputs['rows']?.type).toBe(Chunks);
  expect(shapedType(loadRows, { type: 'hits' }).outputs['rows']?.type).toBe(Hits);
  expect(loadRows.params.safeParse({ type: 'adapter' }).success).toBe(false);
});

it('reads rows, names those without an id, and tells repeated ones apart', async () => {
  const rows = await load(
    '{"question":"When?"}\n\n{"id":"a","question":"Who?"}\n{"id":"a","question":"Why?"}\n',
  );
  expect(rows).toMatchObject([
    { id: expect.stringMatching(/^[0-9a-f]{16}$/), question: 'When?' },
    { id: 'a', question: 'Who?' },
    { id: 'a-2', question: 'Why?' },
  ]);
});

it('reads what the check before a save takes: blanks around a row, and a mark of byte order within', async () => {
  const text = '\ufeff{"question":"When?"}\u00a0\n\ufeff{"question":"Who?"}\r\n';
  expect(checkRows(text, { type: Questions, written: 0, file: 'rows.jsonl' })).toBe(2);
  expect(await load(text)).toHaveLength(2);
});

it('brings rows of an older version up to date', async () => {
  const row = { series: 'documents', label: 'a.md', values: { perplexity: 2, tokens: 10 } };
  const text = `${JSON.stringify(row)}\n`;
  expect(await load(text, { type: 'metrics', written: 1 })).toEqual([
    { ...row, item: 'a.md', weight: 10 },
  ]);
  expect(await load(text, { type: 'metrics' })).toEqual([row]);
});

it.each([
  ['{"id":"a"}', 'bad-row', /line 1 is not a row of questions: "question"/],
  ['{"id":"a","question":"x"}\nnonsense', 'bad-row', /line 2: this is not JSON/],
  ['{"question":"x","size":1e999}', 'bad-row', /line 1 is not a row of questions: .*Infinity/],
  ['', 'bad-input', /has no rows/],
])('refuses %j', async (text, code, message) => {
  await expect(load(text)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    location: { file: 'rows.jsonl' },
  });
});

it('refuses rows of a newer Graft', async () => {
  await expect(load('{"question":"x"}', { written: 9 })).rejects.toMatchObject({
    code: 'newer-format',
  });
});
