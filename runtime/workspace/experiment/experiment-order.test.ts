import { expect, it } from 'vitest';
import { emptyGraph, type ExperimentPlan } from '@graft/graph';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { ExperimentRuns } from './experiment-runs.ts';

const variant = (name: string) => ({ name, settings: {}, graph: emptyGraph, problems: [] });
const plan: ExperimentPlan = {
  name: 'e',
  variants: ['cheap', 'base', 'dear'].map(variant),
  baseline: 'base',
  seeds: [1, 2],
  metrics: [],
  lower: [],
  only: [],
};

it('starts the baseline first, then the others in order, and ranks their steps so as one owner', async () => {
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
  const order = ['base', 'cheap', 'dear'];
  expect(started).toEqual([
    ...order.map((name, at) => [name, 1, at]),
    ...order.map((name, at) => [name, 2, at + order.length]),
  ]);
  expect(owners.size).toBe(1);
});
