import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseGraph } from '@graft/graph';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { mountReadOnly } from '@graft/kit/testing';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

let bundle: Bundle;
let root: string;

beforeAll(async () => {
  bundle = await bundleTestWorker();
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-state-')));
  await writeFile(join(root, 'a.txt'), 'One. Two.');
});
afterAll(async () => {
  await bundle.remove();
  await rm(root, { recursive: true, force: true });
});

const open = (stateFolder: string): Promise<Workspace> =>
  openWorkspace({ root, stateFolder, registry: workerTestRegistry, workerEntry: bundle.entry });

const nodes = { files: { type: 'read', version: 1, params: {} } };
const graph = parseGraph(JSON.stringify({ graft: 1, nodes, edges: [] }));
const file = 'test.graft.json';

it('that cannot be made can be looked at, and is said to be so by a run', async () => {
  await expect(open(join(root, 'a.txt', 'state'))).rejects.toMatchObject({
    code: 'state-unusable',
    audience: 'operator',
    message: expect.stringContaining('a.txt'),
  });
});

it('that is read-only can be looked at, and is said to be so by a run', async ({ skip }) => {
  const state = join(root, 'kept');
  await (await open(state))[Symbol.asyncDispose]();
  // As when the process has ended: the files that readers share are gone.
  for (const shared of ['-wal', '-shm'])
    await rm(join(state, `index.db${shared}`), { force: true });
  const mounted = mountReadOnly(state);
  if (mounted === undefined) return skip('mounting read-only needs root');
  try {
    await using workspace = await open(mounted.folder);
    // What the cache says can still be read, and no parameter of a node is to blame.
    expect((await workspace.runs.explain(graph, file)).problems).toEqual([]);
    const unusable = { code: 'state-unusable', audience: 'operator' };
    await expect(workspace.runs.start(graph, file)).rejects.toMatchObject(unusable);
  } finally {
    mounted.unmount();
  }
});

it('that was deleted in use is said to be gone, and made anew by the next start', async () => {
  const state = join(root, '.graft');
  {
    await using workspace = await open(state);
    expect((await (await workspace.runs.start(graph, file)).finished).status).toBe('succeeded');
    await rm(state, { recursive: true });
    const gone = { code: 'state-unusable', message: expect.stringContaining('Start Graft again') };
    await expect(workspace.runs.start(graph, file)).rejects.toMatchObject(gone);
    await expect(workspace.runs.explain(graph, file)).rejects.toMatchObject(gone);
    await expect(workspace.storage.collect(0)).rejects.toMatchObject(gone);
  }
  await using workspace = await open(state);
  expect((await (await workspace.runs.start(graph, file)).finished).status).toBe('succeeded');
});

it('that was deleted in use and made anew by another process is said to be gone', async () => {
  const state = join(root, '.replaced');
  await using workspace = await open(state);
  expect((await (await workspace.runs.start(graph, file)).finished).status).toBe('succeeded');
  await rm(state, { recursive: true });
  await using other = await open(state);
  expect((await (await other.runs.start(graph, file)).finished).status).toBe('succeeded');
  const gone = { code: 'state-unusable', message: expect.stringContaining('Start Graft again') };
  await expect(workspace.runs.start(graph, file)).rejects.toMatchObject(gone);
  await expect(workspace.runs.explain(graph, file)).rejects.toMatchObject(gone);
});

it('that is deleted while a run is at work ends that run with the reason', async () => {
  const state = join(root, 'other');
  await using workspace = await open(state);
  const slow = { slow: { type: 'slow', version: 1, params: { ms: 1000 } } };
  const run = await workspace.runs.start(
    parseGraph(JSON.stringify({ graft: 1, nodes: slow, edges: [] })),
    file,
  );
  for await (const event of workspace.runs.events(run.runId, 0, AbortSignal.timeout(10_000))) {
    if (event.type === 'step.progress') break;
  }
  await rm(state, { recursive: true });
  const end = await run.finished;
  expect(end).toMatchObject({ status: 'failed', error: { code: 'state-unusable' } });
});
