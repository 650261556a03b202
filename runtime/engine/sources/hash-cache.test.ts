import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HashCache } from './hash-cache.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-hashes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

it('trusts size and times, but not where a reader has found other bytes', async () => {
  const absolute = join(folder, 'a.txt');
  await writeFile(absolute, 'one');
  // Digests of files that were written to this very moment are not remembered.
  await wait(50);
  const file = { path: 'a.txt', absolute, stats: await stat(absolute) };
  const cache = new HashCache(join(folder, 'digests.json'));
  expect(await cache.digest(file)).toBe(sha256('one'));
  await writeFile(absolute, 'two');
  // As a file system would tell whose clock is too coarse for the change.
  expect(await cache.digest(file)).toBe(sha256('one'));
  expect(await cache.digest(file, { anew: true })).toBe(sha256('two'));
});
