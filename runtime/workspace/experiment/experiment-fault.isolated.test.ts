import { expect, it, vi } from 'vitest';
import { emptyGraph, type ExperimentPlan } from '@graft/graph';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { ExperimentRuns } from './experiment-runs.ts';

vi.mock(import('./race-runs.ts'), async (original) => ({
  ...(await original()),
  runRace: () => Promise.reject(new RangeError('lost')),
}));

const plan: ExperimentPlan = {
  name: 'e',
  variants: [{ name: 'x', settings: {}, graph: emptyGraph, problems: [] }],
  baseline: 'x',
  seeds: [undefined],
  metrics: [{ node: 'a', port: 'm', metric: 'f1' }],
  lower: [],
  only: ['a'],
  race: { looks: 2, error: 0.05 },
};

it('ends an experiment as failed that fails outside its runs', async () => {
  const runs = new MemoryRunStore();
  const experiments = new ExperimentRuns({
    ...{ runs, actions: new MemoryActionStore(), artifacts: new MemoryArtifactStore() },
    ...{ registry: new Map(), owner: 'me:1' },
  });
  const options = { file: 'a.graft.json', device: 'auto', origin: {} };
  const { runId, finished } = await experiments.start(plan, options, () =>
    Promise.reject(new Error('never started')),
  );
  const error = { code: 'internal', message: 'lost' };
  expect(await finished).toMatchObject({ status: 'failed', error });
  expect(await runs.get(runId)).toMatchObject({ status: 'failed', error: 'lost' });
  expect(experiments.cancel(runId)).toBeUndefined();
});
