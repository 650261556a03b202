import { afterEach, expect, it, vi } from 'vitest';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { testEngineParts, testPlan } from '../testing.ts';
import { Engine } from './engine.ts';
import { RunSteps } from './run-steps.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A run of one step, whose backend does as the test says. */
async function run(execute: () => Promise<never>) {
  const runs = new MemoryRunStore();
  const engine = new Engine({
    ...testEngineParts,
    ...{ runs, artifacts: new MemoryArtifactStore(), actions: new MemoryActionStore() },
    backend: { execute },
  });
  const handle = await engine.start(testPlan({ n: { type: 'number' } }), {
    ...{ file: 'f', device: 'auto' },
  });
  const { status, error, steps } = await handle.finished;
  return {
    status,
    error,
    steps: steps.map((step) => step.status),
    record: await runs.get(handle.runId),
  };
}

it('of the scheduler itself ends the run as failed, and says why', async () => {
  vi.spyOn(RunSteps.prototype, 'fail').mockImplementationOnce(() => {
    throw new RangeError('Maximum call stack size exceeded');
  });
  expect(await run(() => Promise.reject(new Error('no')))).toMatchObject({
    status: 'failed',
    error: { code: 'internal', message: 'Maximum call stack size exceeded' },
    steps: ['cancelled'],
    record: { status: 'failed' },
  });
});

it('of the walk over the cache ends the run as failed, and says why', async () => {
  vi.spyOn(RunSteps.prototype, 'takeReady').mockImplementationOnce(() => {
    throw new RangeError('lost');
  });
  expect(await run(() => Promise.reject(new Error('no')))).toMatchObject({
    status: 'failed',
    error: { code: 'internal', message: 'lost' },
  });
});
