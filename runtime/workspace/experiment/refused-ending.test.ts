import { expect, it, vi } from 'vitest';
import { emptyGraph, GraphError, type ExperimentEvent, type ExperimentPlan } from '@graft/graph';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { ExperimentRuns } from './experiment-runs.ts';

const plan: ExperimentPlan = {
  name: 'e',
  variants: [{ name: 'x', settings: {}, graph: emptyGraph, problems: [] }],
  baseline: 'x',
  seeds: [undefined],
  metrics: [{ node: 'a', port: 'm', metric: 'f1' }],
  lower: [],
  only: ['a'],
};
const options = { file: 'a.graft.json', device: 'auto', origin: {} };
const full = new GraphError('no-space', 'The disk is full.');

function experimentsOn(runs: MemoryRunStore): ExperimentRuns {
  return new ExperimentRuns({
    ...{ runs, actions: new MemoryActionStore(), artifacts: new MemoryArtifactStore() },
    ...{ registry: new Map(), owner: 'me:1' },
  });
}

/** None of its variants can run: what matters here is its end. */
const refuse = (): Promise<never> =>
  Promise.reject(new GraphError('bad-input', 'It does not start.'));

async function follow(experiments: ExperimentRuns, runId: string): Promise<ExperimentEvent[]> {
  const events: ExperimentEvent[] = [];
  const never = new AbortController().signal;
  for await (const event of experiments.events(runId, 0, never)) events.push(event);
  return events;
}

it('is recorded as soon as the stores take it', async () => {
  const runs = new MemoryRunStore();
  const experiments = experimentsOn(runs);
  vi.spyOn(runs, 'finish').mockRejectedValueOnce(full);
  const { runId, finished } = await experiments.start(plan, options, refuse);
  expect(await finished).toMatchObject({ status: 'failed', error: { code: 'bad-input' } });
  expect((await runs.get(runId))?.status).toBe('running');
  await expect
    .poll(() => runs.get(runId))
    .toMatchObject({ status: 'failed', error: expect.stringContaining('It does not start.') });
  const events = await runs.experimentEvents(runId, 0, 9);
  expect(events.map(({ type }) => type)).toEqual(['experiment.started', 'experiment.finished']);
});

it('is told to followers, and not cancelled any more, while the stores take nothing', async () => {
  const runs = new MemoryRunStore();
  const experiments = experimentsOn(runs);
  const append = vi.spyOn(runs, 'appendExperiment').mockRejectedValue(full);
  const cancelInStore = vi.spyOn(runs, 'askToCancel').mockRejectedValue(full);
  const { runId, finished } = await experiments.start(plan, options, refuse);
  const events = await follow(experiments, runId);
  expect(events.at(-1)).toEqual(await finished);
  expect(experiments.cancel(runId)).toBe('ended');
  expect(cancelInStore).not.toHaveBeenCalled();
  append.mockRestore();
  await experiments.close();
  expect((await runs.get(runId))?.status).toBe('failed');
  expect(await runs.experimentEvents(runId, 0, 9)).toEqual(events);
});
