import { mkdtemp, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseGraph, type RunEvent } from '@graft/graph';
import { environment } from './env.ts';
import { bundleTestWorker, type Bundle } from './testing/bundle-test-worker.ts';
import { mountSmallDisk, type SmallDisk } from '@graft/kit/testing';
import { workerTestRegistry } from './testing/test-nodes.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const file = 'test.graft.json';
/** Moments of a run at which the disk is full; more of them by hand. */
const moments = Number(environment['GRAFT_FULL_DISK_MOMENTS'] ?? 4);

let bundle: Bundle;
let root: string;
let disk: SmallDisk | undefined;

beforeAll(async () => {
  bundle = await bundleTestWorker();
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-workspace-')));
  disk = mountSmallDisk(30);
});
afterAll(async () => {
  disk?.unmount();
  await bundle.remove();
  await rm(root, { recursive: true, force: true });
});

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      files: { type: 'read', version: 1, params: {} },
      pieces: { type: 'split', version: 1, params: {} },
    },
    edges: ['files.documents -> pieces.documents'],
  }),
);

const open = (stateFolder: string): Promise<Workspace> =>
  openWorkspace({
    root,
    stateFolder,
    registry: workerTestRegistry,
    workerEntry: bundle.entry,
  });

/** A text of its own each time, so that nothing of it is in the cache. */
async function write(megabytes: number): Promise<void> {
  const line = `Number ${String(Math.random())} is followed by another one. `;
  await writeFile(join(root, 'a.txt'), line.repeat((megabytes << 20) / line.length));
  await utimes(join(root, 'a.txt'), 1000, 1000);
}

/** Starts a run and follows it to its last event, and to what else happens meanwhile. */
async function follow(workspace: Workspace, meanwhile = () => Promise.resolve()) {
  const { runId, finished } = await workspace.start(graph, file);
  const happened = meanwhile();
  const events: RunEvent[] = [];
  for await (const event of workspace.events(runId, 0, new AbortController().signal)) {
    events.push(event);
  }
  await Promise.all([happened, finished]);
  return { runId, last: events.at(-1), record: await workspace.runs.get(runId) };
}

it('ends a run that has no room with no-space, and lets room be made', async ({ skip }) => {
  if (disk === undefined) return skip('mounting a tmpfs needs root');
  await write(12);
  const state = join(disk.folder, 'state');
  await using workspace = await open(state);
  const { runId, last, record } = await follow(workspace);
  expect(last).toMatchObject({
    type: 'run.finished',
    status: 'failed',
    error: { code: 'no-space' },
  });
  expect(record).toMatchObject({ status: 'failed' });
  expect(await workspace.runs.get(runId)).toMatchObject({ status: 'failed' });
  disk.fill();
  const report = await workspace.collectGarbage(0);
  expect(report.after).toBe(0);
  disk.empty();
  await write(1);
  const next = await follow(workspace);
  expect(next.record?.status).toBe('succeeded');
  await workspace[Symbol.asyncDispose]();
  await rm(state, { recursive: true });
});

it(
  'tells the truth, collects and runs on wherever a run is when the disk fills up',
  { timeout: 120_000 * moments },
  async ({ skip }) => {
    if (disk === undefined) return skip('mounting a tmpfs needs root');
    for (let round = 0; round < moments; round++) {
      const state = join(disk.folder, `state-${String(round)}`);
      await write(2);
      const moment = Math.random() * 1_500;
      {
        await using workspace = await open(state);
        const { last, record } = await follow(workspace, async () => {
          await wait(moment);
          disk?.fill();
        });
        const at = `filled after ${moment.toFixed(0)} ms`;
        if (last?.type !== 'run.finished') throw new Error(`${at} the run has no end`);
        expect(record?.status, at).toBe(last.status);
        if (last.status === 'failed') expect(last.error?.code, at).toBe('no-space');
        else expect(last.status, at).toBe('succeeded');
        disk.fill();
        expect((await workspace.collectGarbage(0)).after, at).toBe(0);
      }
      disk.fill();
      // As "graft cache gc" does in a process of its own.
      await (await open(state))[Symbol.asyncDispose]();
      disk.empty();
      await using workspace = await open(state);
      expect((await follow(workspace)).record?.status).toBe('succeeded');
      await workspace[Symbol.asyncDispose]();
      await rm(state, { recursive: true, force: true });
    }
  },
);
