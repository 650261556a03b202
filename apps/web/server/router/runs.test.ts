import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { experimentsRouter } from './experiments.ts';
import { runsRouter } from './runs.ts';

let workspace: Workspace;
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'graft-runs-'));
  workspace = await openWorkspace({ root, modelsFolder: join(root, 'models') });
  return async () => {
    await workspace[Symbol.asyncDispose]();
    await rm(root, { recursive: true });
  };
});

it('lists the runs of a file, however many of its experiments are newer or older', async () => {
  const file = 'a.graft.json';
  const record = { file, status: 'succeeded', owner: 'other:1' } as const;
  await workspace.journal.create({ ...record, id: 'tried', startedAt: 1, experiment: 'sizes' });
  await workspace.journal.create({ ...record, id: 'own', startedAt: 2 });
  for (let at = 0; at < 150; at++) {
    const origin = { startedAt: 3 + at, experiment: 'sizes' };
    await workspace.journal.create({ ...record, ...origin, id: `experiment-${String(at)}` });
  }
  const closing = new AbortController().signal;
  const context = { workspace, closing, largestPackage: 0, drained: async () => undefined };
  const runs = runsRouter.createCaller(context);
  expect((await runs.list({ file, limit: 5 })).map(({ id }) => id)).toEqual(['own']);
  const experiments = experimentsRouter.createCaller(context);
  expect(await experiments.runs({ file, limit: 200 })).toHaveLength(151);
});
