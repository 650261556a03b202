import type { StepRequest } from '@graft/graph';
import type { SeenWorker } from '@graft/store/database';
import { describe, expect, it } from 'vitest';
import { fits, StepWait, whyHere, whyThere } from './step-places.ts';

const here = { version: 'v1', store: 's3' } as const;
const request: StepRequest = {
  ...{ runId: 'r', node: 'n', type: 't', lane: 'light', params: {}, inputs: {}, sources: [] },
  ...{ inputFacets: {}, cacheKey: 'k', familyParts: [], device: 'cpu' },
};
const worker: SeenWorker = {
  ...{ name: 'worker/1', shown: 'gpu-1, process 7', queues: ['cpu'], devices: ['cpu'] },
  ...{ ...here, slots: 2, running: 0 },
};
const draining: SeenWorker = {
  ...worker,
  state: { isDraining: true, memory: { used: 1, all: 2 }, models: [], since: {} },
};

describe('a step stays here', () => {
  const other = { ...worker, version: 'v2' };

  it.each<[string, readonly SeenWorker[], string]>([
    ['nobody takes it', [{ ...worker, queues: ['web'] }], 'no worker takes cpu'],
    ['of the version', [other], 'the worker gpu-1, process 7 has another version of Graft'],
    ['of all versions', [other, other], 'each worker that takes cpu has another version of Graft'],
    ['artifacts are elsewhere', [{ ...worker, store: 'folder' }], 'keeps artifacts elsewhere'],
    ['the only one drains', [draining], 'takes no more steps'],
  ])('because %s', (_why, workers, expected) => {
    expect(whyHere(request, workers, here)).toContain(expected);
  });

  it('because of what it needs, and without a word if there are no workers', () => {
    const volatile = { ...request, volatile: true };
    expect(whyHere(volatile, [worker], here)).toContain('looks at the workspace each time');
    const onGpu = { ...request, device: 'cuda:0' };
    expect(whyHere(onGpu, [worker], here)).toBe('no worker takes gpu/cuda:0');
    expect(whyHere(request, [], here)).toBeUndefined();
  });
});

it('a worker that drains, or of another installation, takes nothing', () => {
  const workers = [worker, draining, { ...worker, version: 'v2' }];
  expect(workers.filter(fits(here))).toEqual([worker]);
});

it('a step goes to the only worker, or to the first with room', () => {
  expect(whyThere('training', [worker])).toBe('no other worker takes training');
  expect(whyThere('cpu', [worker, worker])).toBe('the first of 2 workers with room');
});

describe('a wait', () => {
  const full = { ...worker, running: 2 };

  it('that is short is not worth a word', () => {
    const wait = new StepWait(request, 0);
    wait.look([full]);
    expect(wait.text(900)).toBeUndefined();
    expect(new StepWait(request, 0).text(5_000)).toBeUndefined();
  });

  it('is for what most of the looks found', () => {
    const wait = new StepWait({ ...request, memory: 3.2e9 }, 0);
    wait.look([worker]);
    for (let i = 0; i < 3; i += 1) wait.look([full, full]);
    expect(wait.text(12_000)).toBe('The step waited 12 s: all slots of 2 workers were taken.');
    for (let i = 0; i < 3; i += 1) wait.look([full, worker]);
    expect(wait.text(40_000)).toBe('The step waited 40 s for memory: it needs 3200 MB.');
  });

  it('that goes on is told after five seconds, and again when it is for something else', () => {
    const wait = new StepWait({ ...request, memory: 3.2e9 }, 0);
    expect(wait.look([full], 4_000)).toBeUndefined();
    expect(wait.look([full], 5_000)).toBe('The step waits: all slots of the worker are taken.');
    expect(wait.look([full], 6_000)).toBeUndefined();
    expect(wait.look([worker], 7_000)).toBe('The step waits for memory: it needs 3200 MB.');
    expect(wait.look([], 8_000)).toBe('The step waits for a worker that takes cpu.');
  });

  it('names no memory that is unknown, and the queue that nobody served', () => {
    const unknown = new StepWait(request, 0);
    unknown.look([worker]);
    expect(unknown.text(2_000)).toBe('The step waited 2 s.');
    const unserved = new StepWait(request, 0);
    unserved.look([]);
    expect(unserved.text(15_000)).toBe('The step waited 15 s for a worker that takes cpu.');
  });
});
