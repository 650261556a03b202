import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleTestBurst, bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace } from '../workspace.ts';

/** Plans, and starts, of each of the two servers; 50 make the 200 of the promise. */
const each = Number(process.env['GRAFT_TEST_BURST'] ?? '8');
let worker: Bundle;
let server: Bundle;
beforeAll(async () => {
  [worker, server] = await Promise.all([bundleTestWorker(), bundleTestBurst()]);
});
afterAll(() => Promise.all([worker.remove(), server.remove()]));

it('plans and starts at once, from two servers on a new workspace: none is lost', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-burst-')));
  try {
    await writeFile(join(root, 'a.txt'), 'One. Two.');
    const burst = async (name: string): Promise<unknown> => {
      const args = [server.entry, root, worker.entry, name, String(each)];
      return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout);
    };
    // Both have ended before anything is looked at, or swept.
    const outcomes = await Promise.allSettled(['one', 'two'].map(burst));
    const value = { 'plan ok': each, 'start succeeded': each };
    expect(outcomes).toEqual([
      { status: 'fulfilled', value },
      { status: 'fulfilled', value },
    ]);
    await using workspace = await openWorkspace({
      root,
      registry: workerTestRegistry,
      workerEntry: worker.entry,
    });
    const runs = await workspace.journal.list({ limit: 1_000 });
    expect(runs.map(({ status }) => status)).toEqual(Array(2 * each).fill('succeeded'));
    expect((await workspace.storage.verify()).damaged).toEqual([]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}, 1_800_000);
