import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGraph, planGraph } from '@graft/graph';
import { testModels, testRegistry } from '@graft/graph/testing';
import {
  MemoryActionStore,
  MemoryArtifactStore,
  MemoryItemStore,
  MemoryRunStore,
} from '@graft/store/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalBackend } from '../step/local-backend.ts';
import { createTestHost, testEngineParts } from '../testing.ts';
import { CancelRequests } from './cancel-requests.ts';
import { Engine } from './engine.ts';
import type { EngineParts } from './engine-parts.ts';

let folder: string;
let runs: MemoryRunStore;
let parts: EngineParts;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-engine-'));
  runs = new MemoryRunStore();
  const artifacts = new MemoryArtifactStore();
  const host = createTestHost({ artifacts, items: new MemoryItemStore(), scratchFolder: folder });
  parts = {
    artifacts,
    actions: new MemoryActionStore(),
    runs,
    backend: createLocalBackend(host),
    ...testEngineParts,
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const nodes = { slow: { type: 'slow', version: 1, params: { ms: 60_000 } } };
const plan = planGraph(parseGraph(JSON.stringify({ graft: 1, nodes, edges: [] })), testRegistry, {
  models: testModels,
});

describe('a wish to cancel', () => {
  it('reaches a run of another process on the same store', async () => {
    const handle = await new Engine(parts).start(plan, { file: 'f', device: 'auto' });
    const other = new Engine({ ...parts, owner: 'other:0' });
    expect(await other.cancel(handle.runId)).toBe('asked');
    expect((await handle.finished).status).toBe('cancelled');
    expect(await other.cancel(handle.runId)).toBe('ended');
  });

  it('is looked for without keeping the process alive', async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const live = new Map([['a', { run: { cancel: () => undefined, fail: () => undefined } }]]);
    new CancelRequests(runs, { owner: 'test:0', live }).watch();
    expect(timers()).toBe(before);
    live.clear();
  });

  it('is not needed where another process has taken over the run: it fails', async () => {
    const handle = await new Engine(parts).start(plan, { file: 'f', device: 'auto' });
    await runs.finish(handle.runId, { status: 'failed', finishedAt: Date.now() });
    const { status, error, steps } = await handle.finished;
    expect({ status, error }).toMatchObject({ status: 'failed', error: { code: 'store-locked' } });
    expect(steps.map((step) => step.status)).toEqual(['cancelled']);
  });
});
