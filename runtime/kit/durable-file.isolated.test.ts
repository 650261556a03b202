import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { placeNewFile } from './durable-file.ts';

// A disk without links.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const link = (): Promise<void> =>
    Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' }));
  return { ...real, link, copyFile: vi.fn(real.copyFile) };
});

let folder: string;
let staged: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  staged = join(folder, 'staged');
  path = join(folder, 'a.txt');
  writeFileSync(staged, 'Hello.');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('where there are no links, a file gets a copy, with its time', async () => {
  utimesSync(staged, 1000, 1000);
  await placeNewFile(staged, path);
  expect(readFileSync(path, 'utf8')).toBe('Hello.');
  expect(statSync(path).mtimeMs).toBe(1_000_000);
  expect(readdirSync(folder).sort()).toEqual(['a.txt', 'staged']);
});

test('where there are no links, a file takes the place of none', async () => {
  writeFileSync(path, 'Mine.');
  await expect(placeNewFile(staged, path)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(path, 'utf8')).toBe('Mine.');
  expect(readdirSync(folder).sort()).toEqual(['a.txt', 'staged']);
});

test('of several at once, one gets the name', async () => {
  const all = await Promise.allSettled(Array.from({ length: 9 }, () => placeNewFile(staged, path)));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('where there are no links, half a copy is never there under the name', async () => {
  let seen: readonly string[] = [];
  vi.mocked(copyFile).mockImplementationOnce(async (_, target) => {
    await writeFile(target, 'Hel');
    seen = readdirSync(folder);
    throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  });
  await expect(placeNewFile(staged, path)).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(seen).toHaveLength(2);
  expect(seen).not.toContain('a.txt');
  expect(readdirSync(folder)).toEqual(['staged']);
});
