import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphError, type ExecutionBackend } from '@graft/graph';
import {
  MemoryActionStore,
  MemoryArtifactStore,
  MemoryItemStore,
  MemoryRunStore,
} from '@graft/store/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLocalBackend } from '../step/local-backend.ts';
import { createTestHost, testEngineParts, testPlan } from '../testing.ts';
import { Engine } from './engine.ts';

const usage = { requests: 1, inputTokens: 100, outputTokens: 10, dollars: 0.25 };

let folder: string;
let runs: MemoryRunStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-engine-'));
  runs = new MemoryRunStore();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs one step, whose first `deaths` attempts die after they have asked a server; gives its records. */
async function recordedSteps(deaths: number) {
  const artifacts = new MemoryArtifactStore();
  const host = createTestHost({ artifacts, items: new MemoryItemStore(), scratchFolder: folder });
  const local = createLocalBackend(host);
  let left = deaths;
  const backend: ExecutionBackend = {
    execute(request, hooks) {
      hooks.report({ type: 'spent', usage });
      if (left-- <= 0) return local.execute(request, hooks);
      return Promise.reject(new GraphError('worker-died', 'The worker died.'));
    },
  };
  const parts = { artifacts, actions: new MemoryActionStore(), runs, backend, ...testEngineParts };
  const engine = new Engine(parts);
  const start = () =>
    engine.start(testPlan({ a: { type: 'number' } }), { file: 'f', device: 'auto' });
  const first = await start();
  await first.finished;
  const second = await start();
  await second.finished;
  return [await runs.steps(first.runId), await runs.steps(second.runId)].flat();
}

it('records what a step asked servers for, in all attempts, and nothing of a reused one', async () => {
  const [first, reused] = await recordedSteps(1);
  expect(first).toMatchObject({
    status: 'succeeded',
    remote: { requests: 2, inputTokens: 200, outputTokens: 20, dollars: 0.5 },
  });
  expect(reused).toMatchObject({ status: 'cached' });
  expect(reused).not.toHaveProperty('remote');
});

it('records it of a failed step', async () => {
  const [failed] = await recordedSteps(2);
  expect(failed).toMatchObject({ status: 'failed', remote: { requests: 2, dollars: 0.5 } });
});
