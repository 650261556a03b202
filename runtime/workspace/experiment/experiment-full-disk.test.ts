import { expect, it } from 'vitest';
import { emptyGraph, GraphError, type ExperimentPlan } from '@graft/graph';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { ExperimentRuns } from './experiment-runs.ts';

/** More than are under way at once. */
const names = Array.from({ length: 12 }, (_, at) => `v${String(at)}`);
const plan: ExperimentPlan = {
  name: 'e',
  variants: names.map((name) => ({ name, settings: {}, graph: emptyGraph, problems: [] })),
  baseline: 'v0',
  seeds: [undefined],
  metrics: [{ node: 'a', port: 'm', metric: 'f1' }],
  lower: [],
  only: ['a'],
};

/** Has every variant end for want of space; gives how many were started. */
async function started(isFull: boolean): Promise<number> {
  const experiments = new ExperimentRuns({
    ...{ runs: new MemoryRunStore(), actions: new MemoryActionStore() },
    ...{ artifacts: new MemoryArtifactStore(), registry: new Map(), owner: 'me:1' },
    isFull: () => isFull,
  });
  let count = 0;
  const options = { file: 'a.graft.json', device: 'auto', origin: {} };
  const { finished } = await experiments.start(plan, options, () => {
    count += 1;
    return Promise.reject(new GraphError('no-space', 'A disk is full.'));
  });
  expect(await finished).toMatchObject({ status: 'failed', error: { code: 'no-space' } });
  return count;
}

it('starts no other variant once the disk of the state is full', async () => {
  expect(await started(true)).toBeLessThan(names.length);
});

it('goes on where only another disk is full', async () => {
  expect(await started(false)).toBe(names.length);
});
