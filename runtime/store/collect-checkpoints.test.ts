import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { collectCheckpoints } from './collect-checkpoints.ts';
import { temporaryFolder } from './testing/contract/temporary.ts';

const day = 24 * 60 * 60 * 1000;

it('removes checkpoints that nothing was written to for a week, and no others', async () => {
  const root = await temporaryFolder();
  const now = Date.now();
  /** A step's folder whose newest file is so old. */
  const checkpoints = async (name: string, days: number): Promise<void> => {
    const run = join(root, name, 'run');
    await mkdir(run, { recursive: true });
    await writeFile(join(run, 'state.json'), '{}');
    const then = new Date(now - days * day);
    const older = new Date(now - 30 * day);
    await utimes(join(run, 'state.json'), then, then);
    for (const folder of [run, join(root, name)]) await utimes(folder, older, older);
  };
  await checkpoints('forgotten', 8);
  await checkpoints('waiting', 6);
  await checkpoints('running', 0);
  expect(await collectCheckpoints(root, { now, dryRun: true })).toEqual({ steps: 1, bytes: 2 });
  expect((await readdir(root)).sort()).toEqual(['forgotten', 'running', 'waiting']);
  expect(await collectCheckpoints(root, { now })).toEqual({ steps: 1, bytes: 2 });
  expect((await readdir(root)).sort()).toEqual(['running', 'waiting']);
  expect(await collectCheckpoints(join(root, 'nothing'), { now })).toEqual({ steps: 0, bytes: 0 });
});
