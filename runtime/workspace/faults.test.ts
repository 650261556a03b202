import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseGraph, type Graph } from '@graft/graph';
import { bundleTestWorker, type Bundle } from './testing/bundle-test-worker.ts';
import { workerTestRegistry } from './testing/test-nodes.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

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
