import { mkdtemp, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseGraph, type RunEvent } from '@graft/graph';
import { environment } from './env.ts';
import { bundleTestWorker, type Bundle } from './testing/bundle-test-worker.ts';
import { mountSmallDisk, type SmallDisk } from '@graft/kit/testing';
import { experimentWork, fullDiskRound, runWork, unpackWork } from './testing/full-disk-rounds.ts';
import { moments } from './testing/kill-moments.ts';
import { workerTestRegistry } from './testing/test-nodes.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const file = 'test.graft.json';

let bundle: Bundle;
let root: string;
let disk: SmallDisk | undefined;

beforeAll(async () => {
  bundle = await bundleTestWorker();
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-workspace-')));
  disk = mountSmallDisk(60);
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
  const { runId, finished } = await workspace.runs.start(graph, file);
  const happened = meanwhile();
  const events: RunEvent[] = [];
  for await (const event of workspace.runs.events(runId, 0, new AbortController().signal)) {
    events.push(event);
  }
  await Promise.all([happened, finished]);
  return { runId, last: events.at(-1), record: await workspace.journal.get(runId) };
}

it('ends a run that has no room with no-space, and lets room be made', async ({ skip }) => {
  if (disk === undefined) return skip('mounting a tmpfs needs root');
  await write(24);
  const state = join(disk.folder, 'state');
  await using workspace = await open(state);
  const { runId, last, record } = await follow(workspace);
  expect(last).toMatchObject({
    type: 'run.finished',
    status: 'failed',
    error: { code: 'no-space' },
  });
  expect(record).toMatchObject({ status: 'failed' });
  expect(await workspace.journal.get(runId)).toMatchObject({ status: 'failed' });
  disk.fill();
  const report = await workspace.storage.collect(0);
  expect(report.after).toBe(0);
  disk.empty();
  await write(1);
  const next = await follow(workspace);
  expect(next.record?.status).toBe('succeeded');
  await workspace[Symbol.asyncDispose]();
  await rm(state, { recursive: true });
});

it(
  'ends work truly, collects and runs on wherever it is when the disk fills up',
  { timeout: 600_000 },
  async ({ skip }) => {
    if (disk === undefined) return skip('mounting a tmpfs needs root');
    // Many more moments, with a training: full-disk.soak.test.ts.
    const seed = Number(environment['GRAFT_FULL_DISK_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
    console.log(`GRAFT_FULL_DISK_SEED=${String(seed)}`);
    const random = moments(seed);
    const openAt = (folder: string, stateFolder: string): Promise<Workspace> =>
      openWorkspace({
        root: folder,
        stateFolder,
        registry: workerTestRegistry,
        workerEntry: bundle.entry,
      });
    const works = [
      runWork(root, 2),
      experimentWork(root, 1),
      await unpackWork(root, {
        ...{ archive: join(root, 'test.graft.zip'), megabytes: 4 },
        open: (folder) => openAt(folder, join(folder, '.graft')),
      }),
    ];
    for (const [round, work] of works.entries()) {
      const moment = random() * work.takes;
      await fullDiskRound({ disk, open: openAt }, work, { round, moment });
    }
  },
);
