import { expect, it } from 'vitest';
import { emptyGraph, type ExperimentPlan } from '@graft/graph';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { ExperimentRuns } from './experiment-runs.ts';

const variant = (name: string) => ({ name, settings: {}, graph: emptyGraph, problems: [] });
const plan: ExperimentPlan = {
  name: 'e',
  variants: ['other', 'dear', 'cheap', 'base'].map(variant),
  baseline: 'base',
  prefer: ['cheap', 'dear'],
  seeds: [1, 2],
  metrics: [],
  lower: [],
  only: [],
};

it('starts the baseline first, then what is preferred, and ranks the steps in that order as one owner', async () => {
  const experiments = new ExperimentRuns({
    ...{ runs: new MemoryRunStore(), actions: new MemoryActionStore() },
    ...{ artifacts: new MemoryArtifactStore(), registry: new Map(), owner: 'me:1' },
  });
  const started: unknown[][] = [];
  const owners = new Set<object>();
  const options = { file: 'a.graft.json', device: 'auto', origin: {} };
  const { finished } = await experiments.start(plan, options, (_graph, { origin, turn }) => {
    started.push([origin.variant, origin.seed, turn.rank]);
    owners.add(turn.owner);
    return Promise.reject(new Error('not wanted here'));
  });
  await finished;
  const order = ['base', 'cheap', 'dear', 'other'];
  expect(started).toEqual([
    ...order.map((name, at) => [name, 1, at]),
    ...order.map((name, at) => [name, 2, at + 4]),
  ]);
  expect(owners.size).toBe(1);
});
