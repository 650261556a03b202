import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Leases } from '@graft/store/database';
import { expect, it, onTestFinished } from 'vitest';
import { workerTestRegistry } from './testing/test-nodes.ts';
import { openWorkspace } from './workspace.ts';

it('closes its stores where the execution of steps elsewhere cannot be opened', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-open-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const failure = new Error('No executor answers.');
  const opened: Leases[] = [];
  const opening = openWorkspace({
    ...{ root, registry: workerTestRegistry },
    openExecution({ leases }) {
      opened.push(leases);
      return Promise.reject(failure);
    },
  });
  await expect(opening).rejects.toBe(failure);
  expect(opened).toHaveLength(1);
  for (const leases of opened) await expect(leases.tryTake('a')).rejects.toThrow();
  const again = await openWorkspace({ root, registry: workerTestRegistry });
  await again[Symbol.asyncDispose]();
});
