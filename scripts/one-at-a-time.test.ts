import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.mjs';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-checkout-'));
});
afterEach(() => rm(root, { recursive: true }));

it('does one after the other, also where the first fails', async () => {
  const did: string[] = [];
  const build = (name: string) =>
    oneAtATime(root, async () => {
      did.push(`${name} begins`);
      await sleep(20);
      did.push(`${name} ends`);
      if (name === 'a') throw new Error('The build failed.');
    });
  const first = expect(build('a')).rejects.toThrow('The build failed.');
  await expect.poll(() => did).toContain('a begins');
  const second = build('b');
  await Promise.all([first, second]);
  expect(did).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

it('does not wait for a process that is gone', async () => {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  // No process has this id: Linux gives none above 4,194,304.
  await writeFile(join(tmpdir(), `graft-build-${name}.lock`), '99999999');
  expect(await oneAtATime(root, () => Promise.resolve('built'))).toBe('built');
});
