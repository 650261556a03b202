import type { ExperimentEvent, UnstampedExperimentEvent } from '@graft/graph';
import { expect, it } from 'vitest';
import { foldExperimentEvent, noProgress } from './experiment-progress.ts';

const stamped = (events: readonly UnstampedExperimentEvent[]): ExperimentEvent[] =>
  events.map((event, at) => ({ ...event, seq: at + 1, runId: 'r', at }));
const steps = { total: 3, computed: 1, reused: 2 };
const events = stamped([
  {
    ...{ type: 'experiment.started', file: 'a.graft.json', experiment: 'e', baseline: 'k=1' },
    ...{ metrics: ['score.metrics:mrr'], runs: 3, limitMs: 60_000 },
    variants: [
      { name: 'k=1', settings: {} },
      { name: 'k=2', settings: {} },
      {
        ...{ name: 'k=0', settings: {} },
        problem: {
          code: 'bad-params',
          message: 'k is at least 1.',
          audience: 'user',
          location: {},
        },
      },
    ],
  },
  { type: 'variant.started', variant: 'k=2', seed: 7, run: 'b' },
  { type: 'variant.started', variant: 'k=1', seed: 7, run: 'a' },
  {
    ...{ type: 'variant.finished', variant: 'k=1', seed: 7, run: 'a' },
    ...{ status: 'succeeded', ms: 5, steps },
  },
  {
    ...{ type: 'variant.finished', variant: 'k=2', seed: 7, run: 'b' },
    ...{ status: 'failed', ms: 5, steps: { total: 3, computed: 0, reused: 2 } },
  },
]);

it('counts what ended, failed and was refused, and knows what is at work', () => {
  const begun = events.slice(0, 3).reduce(foldExperimentEvent, noProgress);
  expect(begun).toMatchObject({ runs: 3, ended: 0, refused: 1, status: 'running' });
  expect(begun).toMatchObject({ startedAt: 0, limitMs: 60_000 });
  expect(begun.working).toEqual([
    { run: 'a', variant: 'k=1', seed: 7 },
    { run: 'b', variant: 'k=2', seed: 7 },
  ]);
  const later = events.slice(3).reduce(foldExperimentEvent, begun);
  expect(later).toMatchObject({ ended: 2, failed: 1, computed: 1, reused: 4, working: [] });
});

it('takes an event once, however often it comes', () => {
  const once = events.reduce(foldExperimentEvent, noProgress);
  expect(events.reduce(foldExperimentEvent, once)).toBe(once);
});
