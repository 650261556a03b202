import { appendFile, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AdapterFile } from '../llama/llama-adapters.ts';
import { adapterBytes } from '../testing/gguf-adapter.ts';
import { QuickAdapters, type WidenAdapter } from './quick-adapters.ts';

const hooks = { signal: new AbortController().signal, progress: () => undefined };

let folder: string;
/** What was asked for, each time. */
let ranks: number[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-quick-adapters-'));
  ranks = [];
});
afterEach(async () => rm(folder, { recursive: true }));

const widen: WidenAdapter = async (from, to, { rank }) => {
  ranks.push(rank);
  await copyFile(from, to);
  await appendFile(to, 'zeros');
};
function quick(how = widen): QuickAdapters {
  return new QuickAdapters(join(folder, 'models'), how);
}

async function given(name: string, rank: number): Promise<AdapterFile> {
  const [filePath, bytes] = [join(folder, name), adapterBytes([rank])];
  await writeFile(filePath, bytes);
  return { id: name, filePath, size: bytes.length };
}

it('are made once, for whoever asks and wherever the same adapter lies', async () => {
  const adapter = await given('reader', 8);
  const [one, same] = await Promise.all([
    quick().open(adapter, hooks),
    quick().open(await given('copy', 8), hooks),
  ]);
  expect(ranks).toEqual([16]);
  expect(one).toMatchObject({ id: 'reader', size: adapter.size + 5 });
  expect(same.filePath).toBe(one.filePath);
  expect(await quick().open(adapter, hooks)).toEqual(one);
  await quick().open(await given('other', 24), hooks);
  expect(ranks).toEqual([16, 32]);
});

it('are the given ones where their rank is as quick', async () => {
  const adapter = await given('reader', 16);
  expect(await quick().open(adapter, hooks)).toBe(adapter);
  expect(ranks).toEqual([]);
  expect(await readdir(folder)).toEqual(['reader']);
});

it('are not kept where the given one was written to meanwhile', async () => {
  const adapter = await given('reader', 8);
  const meddling: WidenAdapter = async (from, to, how) => {
    await widen(from, to, how);
    await appendFile(from, 'more');
  };
  await expect(quick(meddling).open(adapter, hooks)).rejects.toMatchObject({
    code: 'input-changed',
    message: expect.stringContaining('the adapter "reader" changed') as string,
  });
  const records = await readFile(join(folder, 'models', 'converted.json'), 'utf8').catch(() => '');
  expect(records).toBe('');
});
