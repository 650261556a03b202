import { expect, it, vi } from 'vitest';
import { emptyGraph, GraphError, type ExperimentPlan } from '@graft/graph';
import { MemoryArtifactStore, MemoryRunStore } from '@graft/store/memory';
import { Experiments } from './experiments.ts';

/** None of its variants can run: what matters here is its end. */
const plan: ExperimentPlan = {
  name: 'e',
  variants: [{ name: 'x', settings: {}, graph: emptyGraph, problems: [] }],
  baseline: 'x',
  seeds: [undefined],
  metrics: [{ node: 'a', port: 'm', metric: 'f1' }],
  lower: [],
  only: ['a'],
};

it('is recorded as soon as the stores take it', async () => {
  const runs = new MemoryRunStore();
  const experiments = new Experiments({
    ...{ runs, artifacts: new MemoryArtifactStore(), registry: new Map(), owner: 'me:1' },
    relieve: (work) => work(),
  });
  const full = new GraphError('no-space', 'The disk is full.');
  vi.spyOn(runs, 'finish').mockRejectedValueOnce(full);
  const options = { file: 'a.graft.json', device: 'auto', origin: {} };
  const { runId, finished } = await experiments.start(plan, options, () =>
    Promise.reject(new GraphError('bad-input', 'It does not start.')),
  );
  expect(await finished).toMatchObject({ status: 'failed', error: { code: 'no-space' } });
  expect((await runs.get(runId))?.status).toBe('running');
  await expect
    .poll(() => runs.get(runId))
    .toMatchObject({ status: 'failed', error: expect.stringContaining('It does not start.') });
  const events = await runs.experimentEvents(runId, 0, 9);
  expect(events.map(({ type }) => type)).toEqual(['experiment.started', 'experiment.finished']);
});
