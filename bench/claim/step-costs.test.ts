import type { RunEvent, RunRecord, StepSummary } from '@graft/graph';
import { expect, it } from 'vitest';
import { StepCosts } from './step-costs.ts';

interface Ran {
  readonly status?: StepSummary['status'];
  readonly seconds: number;
  readonly key?: string;
  readonly memory?: number;
  /** Whether it went on from a checkpoint. */
  readonly on?: boolean;
  readonly graph?: string;
}

/** The costs of a step `train` that these runs had, the oldest first. */
async function costsOf(...all: readonly Ran[]) {
  const steps = all.map(({ status = 'succeeded', seconds, key, memory }): StepSummary => ({
    ...{ node: 'train', type: 'train-lora', status, ms: seconds * 1000, outputs: {} },
    ...(key === undefined ? {} : { cacheKey: key }),
    ...(memory === undefined ? {} : { memory }),
  }));
  const runs = all.map(({ status = 'succeeded', graph = 'g' }, at): RunRecord => ({
    ...{ id: String(at), file: 'a.graft.json', owner: 'me', startedAt: at, graph },
    status: status === 'succeeded' ? 'succeeded' : 'failed',
  }));
  const log = (at: number): RunEvent[] => {
    const base = { type: 'step.log', runId: String(at), at, node: 'train', level: 'info' } as const;
    // More than are read at once.
    const lines = Array.from({ length: 1200 }, (_, line): RunEvent => ({
      ...base,
      ...{ seq: line + 1, message: `Line ${String(line)}.` },
    }));
    const message = 'Goes on from the checkpoint of step 50.';
    return all[at]?.on === true ? [...lines, { ...base, seq: 1201, message }] : lines;
  };
  const costs = await StepCosts.of({
    rows: { page: () => Promise.reject(new Error('no artifacts')) },
    journal: {
      // Of all graphs: what two examples share, the cache gave to the second.
      list: ({ file }) => Promise.resolve(file === undefined ? runs.toReversed() : []),
      steps: (id) => Promise.resolve(steps.filter((_, at) => String(at) === id)),
      events: (id, after, limit) =>
        Promise.resolve(
          log(Number(id))
            .filter(({ seq }) => seq > after)
            .slice(0, limit),
        ),
    },
  });
  const written = { nodes: ['train'], way: 'LoRA' as const };
  const { seconds, memory, ...kept } = await costs.of([steps.slice(-1)], written);
  expect(kept).toEqual(written);
  expect(costs.seconds([steps.slice(-1)])).toBe(seconds);
  return { seconds, memory };
}
const key = 'k';

it('adds up the parts of a training that went on, also after its process died', async () => {
  expect(
    await costsOf(
      { status: 'failed', seconds: 100, graph: 'g' },
      { status: 'cancelled', seconds: 20, key, memory: 9, on: true },
      { seconds: 3, key, memory: 5, on: true },
    ),
  ).toEqual({ seconds: 123, memory: 9 });
});

it('counts no part that nothing was kept of', async () => {
  const begun = { status: 'cancelled', seconds: 20, key } as const;
  expect(await costsOf(begun, { seconds: 3, key })).toMatchObject({ seconds: 3 });
  const twice = [{ ...begun, seconds: 100 }, begun, { seconds: 3, key, on: true }];
  expect(await costsOf(...twice)).toMatchObject({ seconds: 23 });
});

it('counts no step of another key or graph, and none that came later', async () => {
  const last = { seconds: 3, key, on: true };
  const other = { status: 'cancelled', seconds: 20, key: 'other' } as const;
  const died = { status: 'failed', seconds: 20, graph: 'other' } as const;
  expect(await costsOf(other, died, last)).toMatchObject({ seconds: 3 });
  const reused = { status: 'cached', seconds: 0, key } as const;
  expect(await costsOf(last, { ...other, key }, reused)).toMatchObject({ seconds: 3 });
});
