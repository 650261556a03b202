import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseGraph, type Graph } from '@graft/graph';
import { bundleTestWorker, type Bundle } from './testing/bundle-test-worker.ts';
import { childrenOf } from './testing/kill-moments.ts';
import { workerTestRegistry } from './testing/test-nodes.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const others = 20;
let worker: Bundle;
let root: string;
let workspace: Workspace;

beforeAll(async () => {
  worker = await bundleTestWorker();
});
afterAll(() => worker.remove());
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-faults-'));
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

type Nodes = Record<string, { type: string; params?: Record<string, unknown> }>;
const graphOf = (nodes: Nodes): Graph => {
  const full = Object.entries(nodes).map(([id, node]) => [id, { version: 1, params: {}, ...node }]);
  return parseGraph(JSON.stringify({ graft: 1, nodes: Object.fromEntries(full), edges: [] }));
};
const start = (nodes: Nodes) => workspace.runs.start(graphOf(nodes), 'faults.graft.json');

describe.each([
  ['a process with one step', 'crash', 'slow'],
  ['the process with models', 'shared-crash', 'shared-slow'],
])('a step that crashes %s on every try', (_where, crash, slow) => {
  it(`fails with the reason; ${String(others)} beside it succeed`, async () => {
    const nodes: Nodes = { guilty: { type: crash, params: { times: 99 } } };
    for (let i = 0; i < others; i++) {
      nodes[`other-${String(i)}`] = { type: slow, params: { ms: 100 + i } };
    }
    const { finished } = await start(nodes);
    const { status, steps, error } = await finished;
    expect(status).toBe('failed');
    expect(error).toMatchObject({
      code: 'worker-died',
      message: expect.stringContaining('SIGKILL'),
      location: { node: 'guilty' },
    });
    const statuses = steps.map((step) => step.status);
    expect(statuses.filter((one) => one === 'succeeded')).toHaveLength(others);
    expect(statuses.filter((one) => one === 'failed')).toHaveLength(1);
    await workspace[Symbol.asyncDispose]();
    expect(childrenOf(process.pid, worker.entry)).toEqual([]);
  });
});

describe('a light step', () => {
  it('ends while a heavy one, a spinning scan and what waits behind them go on', async () => {
    const heavy = await start({
      model: { type: 'shared-slow', params: { ms: 60_000 } },
      ...{ scan: { type: 'stubborn', params: { busy: true } } },
    });
    const iterator = workspace.runs.events(heavy.runId, 0, new AbortController().signal);
    let running = 0;
    for await (const { type } of iterator) {
      if (type === 'step.started' && ++running === 2) break;
    }
    const light = await start({ number: { type: 'number' }, lines: { type: 'lines' } });
    expect((await light.finished).status).toBe('succeeded');
    expect((await workspace.journal.get(heavy.runId))?.status).toBe('running');
    heavy.cancel();
    expect((await heavy.finished).status).toBe('cancelled');
  });
});
