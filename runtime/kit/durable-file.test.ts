import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from './durable-file.ts';
import { hashFile } from './hash-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a file that cannot be written whole stays as it was, and nothing lies beside it', async () => {
  const path = join(folder, 'below', 'a.json');
  await replaceFile(path, 'old');
  const failing = replaceFile(path, async (append) => {
    await append(Buffer.from('half'));
    throw new Error('no more');
  });
  await expect(failing).rejects.toThrow('no more');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(join(folder, 'below'))).toEqual(['a.json']);
});

test('who may read a file stays when it gets new content', async () => {
  const path = join(folder, 'private.json');
  writeFileSync(path, 'old');
  for (const mode of [0o600, 0o664]) {
    chmodSync(path, mode);
    await replaceFile(path, `for ${mode}`);
    expect(readFileSync(path, 'utf8')).toBe(`for ${mode}`);
    expect(statSync(path).mode & 0o777).toBe(mode);
  }
});

test('writers at once leave one whole text, whoever was last', async () => {
  const path = join(folder, 'a.json');
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
  await Promise.all(texts.map((text) => replaceFile(path, text)));
  expect(texts).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(folder)).toEqual(['a.json']);
});

test('a digest tells of the bytes that were read', async () => {
  const path = join(folder, 'abc');
  writeFileSync(path, 'abc');
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(await hashFile(path)).toEqual({ digest, size: 3 });
});
