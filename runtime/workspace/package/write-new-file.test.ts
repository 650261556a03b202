import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { placeStagedFile, stageNewFile } from './write-new-file.ts';

let folder: string;
let scratch: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-new-file-'));
  scratch = join(folder, 'scratch');
  await mkdir(scratch);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const digest = createHash('sha256').update('Hello.').digest('hex');

/** Writes `docs/a.txt`; `meanwhile` runs when half of it is written. */
async function write(meanwhile: () => Promise<void>): Promise<boolean> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('Hel');
    await meanwhile();
    yield Buffer.from('lo.');
  }
  const file = { place: join(folder, 'docs', 'a.txt'), path: 'docs/a.txt', digest };
  const staged = await stageNewFile(file, bytes(), scratch);
  try {
    return await placeStagedFile(staged, file);
  } finally {
    await rm(staged);
  }
}

it('writes in the scratch folder, and nothing beside the file', async () => {
  await write(async () => {
    expect(await readdir(join(folder, 'docs'))).toEqual([]);
    expect(await readdir(scratch)).toHaveLength(1);
  });
  expect(await readdir(join(folder, 'docs'))).toEqual(['a.txt']);
  expect(await readdir(scratch)).toEqual([]);
});

it('leaves nothing where the bytes end in an error', async () => {
  await expect(write(() => Promise.reject(new Error('damaged')))).rejects.toThrow('damaged');
  expect(await readdir(join(folder, 'docs'))).toEqual([]);
  expect(await readdir(scratch)).toEqual([]);
});

it('is content with the same file of another that unpacks at once, and takes the place of none', async () => {
  const same = write(() => writeFile(join(folder, 'docs', 'a.txt'), 'Hello.'));
  expect(await same).toBe(false);
  await rm(join(folder, 'docs'), { recursive: true });
  const other = write(() => writeFile(join(folder, 'docs', 'a.txt'), 'Mine.'));
  await expect(other).rejects.toMatchObject({ code: 'name-taken' });
  expect(await readFile(join(folder, 'docs', 'a.txt'), 'utf8')).toBe('Mine.');
  expect(await readdir(scratch)).toEqual([]);
});
