import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { ownerStamp } from '@graft/kit';
import { openJobFolder } from './training-service.ts';

it('clears away what processes that are gone have left, and nothing else', async () => {
  const parent = await mkdtemp(path.join(tmpdir(), 'graft-jobs-'));
  const gone = spawnSync(process.execPath, ['--version']).pid;
  const left = [`${gone}-1-training-abc`, `${ownerStamp}-training-abc`, 'step-abc'];
  for (const name of left) await mkdir(path.join(parent, name, 'inside'), { recursive: true });
  const made = path.basename(await openJobFolder(parent));
  expect((await readdir(parent)).sort()).toEqual([...left.slice(1), made].sort());
  await rm(parent, { recursive: true });
});
