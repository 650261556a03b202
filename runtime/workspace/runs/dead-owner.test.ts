import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '@graft/graph';
import { bundleTestServer, bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { killFile, slowGraph } from '../testing/kill-graph.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

let worker: Bundle;
let server: Bundle;
let root: string;
let workspace: Workspace;
beforeAll(async () => {
  [worker, server] = await Promise.all([bundleTestWorker(), bundleTestServer()]);
});
afterAll(() => Promise.all([worker.remove(), server.remove()]));
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-owner-')));
  workspace = await openWorkspace({
    root,
    registry: workerTestRegistry,
    workerEntry: worker.entry,
  });
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

/** Another process that has begun a run of one slow step. */
async function otherProcess() {
  const args = [server.entry, root, worker.entry, '0', '120000'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const [bytes]: unknown[] = await once(child.stdout, 'data');
  return { child, closed, runId: String(bytes).trim() };
}

/** Follows a run until its step is under way, calls back, and follows it to its end. */
async function follow(runId: string, underWay: () => void | Promise<void>): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(60_000))) {
    seen.push(event);
    if (event.type === 'step.started') await underWay();
  }
  expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
  return seen;
}

describe('a run of another process', () => {
  it('whose owner is killed has ended soon for whoever looks', async () => {
    const { child, closed, runId } = await otherProcess();
    const seen = await follow(runId, async () => {
      child.kill('SIGKILL');
      await closed;
    });
    expect(seen.at(-1)).toMatchObject({
      type: 'run.finished',
      status: 'failed',
      error: { code: 'worker-died', message: expect.stringContaining('ended') },
    });
    expect(await workspace.journal.get(runId)).toMatchObject({ status: 'failed' });
    const again = await workspace.runs.start(slowGraph(10), killFile);
    expect((await again.finished).status).toBe('succeeded');
  });

  it('is cancelled from here', async () => {
    const { child, closed, runId } = await otherProcess();
    const seen = await follow(runId, async () => {
      expect(await workspace.runs.cancel(runId)).toBe('asked');
    });
    expect(seen.at(-1)).toMatchObject({ type: 'run.finished', status: 'cancelled' });
    // Its events are told a moment before its record.
    await expect.poll(() => workspace.runs.cancel(runId)).toBe('ended');
    expect(await workspace.runs.cancel('unknown')).toBe('unknown');
    await closed;
    expect(child.exitCode).toBe(0);
  });
});
