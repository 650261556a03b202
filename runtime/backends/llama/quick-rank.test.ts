import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { adapterBytes } from '../testing/gguf-adapter.ts';
import { quickRankOf } from './quick-rank.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-quick-rank-'));
});
afterAll(async () => rm(folder, { recursive: true }));

async function chosen(bytes: Buffer): Promise<number | undefined> {
  const file = join(folder, 'adapter.gguf');
  await writeFile(file, bytes);
  return quickRankOf(file);
}

it.each([
  [1, 16],
  [8, 16],
  [16, undefined],
  [20, 32],
  [64, undefined],
])('of rank %d is %s', async (rank, quick) => {
  expect(await chosen(adapterBytes([rank, rank]))).toBe(quick);
  expect(await chosen(adapterBytes([rank, rank], { type: 'F16' }))).toBe(quick);
});

it('is its own where modules have several, in blocks of numbers, and where the file is damaged', async () => {
  expect(await chosen(adapterBytes([8, 4]))).toBeUndefined();
  expect(await chosen(adapterBytes([32, 32], { type: 'Q8_0' }))).toBeUndefined();
  expect(await chosen(adapterBytes([8]).subarray(0, 400))).toBeUndefined();
  expect(await chosen(Buffer.from('no adapter'))).toBeUndefined();
});
