import type { ArtifactRef, StepRequest, StepResult, StepSignal } from '@graft/graph';
import { testRegistry } from '@graft/graph/testing';
import { expect, it } from 'vitest';
import { ShardedSteps } from './sharded-steps.ts';

const request: StepRequest = {
  ...{ runId: 'r', node: 'n', type: 'upper', lane: 'light', params: {}, inputs: {}, sources: [] },
  ...{ inputFacets: {}, cacheKey: 'k', familyParts: [], device: 'cpu' },
};
const ref = (digest: string): ArtifactRef => ({ digest, mediaType: '', size: 1 });
const whole: StepResult = { outputs: { rows: ref('whole') }, device: 'cpu' };

/** Workers that begin a step and leave a rest of 60 s; `part` computes a shard. */
function stepsOf(
  part: (request: StepRequest, signal: AbortSignal) => Promise<StepResult>,
  takers: { readonly all: number; readonly free: number } = { all: 2, free: 2 },
) {
  const requests: StepRequest[] = [];
  const signals: StepSignal[] = [];
  const dropped: string[] = [];
  const steps = new ShardedSteps({
    registry: testRegistry,
    workers: {
      takers: () => Promise.resolve(takers),
      dropParts: ({ cacheKey }) => Promise.resolve(void dropped.push(cacheKey)),
      execute: (sent, { signal, report }) => {
        requests.push(sent);
        if (sent.shard !== undefined) {
          report({ type: 'progress', done: 10, total: 100, unit: 'rows' });
          return part(sent, signal);
        }
        if (sent.leavesRest !== true) return Promise.resolve(whole);
        report({ type: 'progress', done: 10, total: 100, unit: 'rows' });
        const rest = { items: 90, ms: 60_000 };
        return Promise.resolve({
          outputs: { items: ref('begun') },
          device: 'gpu',
          memory: 7,
          rest,
        });
      },
    },
  });
  const execute = (more: Partial<StepRequest> = {}): Promise<StepResult> =>
    steps.execute(
      { ...request, ...more },
      { signal: new AbortController().signal, report: (signal) => void signals.push(signal) },
    );
  return { execute, requests, signals, dropped };
}

it('the rest of a long step is computed in shards, and then the step with their items', async () => {
  const { execute, requests, signals, dropped } = stepsOf(({ shard }) =>
    Promise.resolve({ outputs: { items: ref(shard?.name ?? '') }, device: 'gpu', memory: 9 }),
  );
  expect(await execute()).toEqual({ ...whole, device: 'gpu', memory: 9 });
  const shards = requests.filter(({ shard }) => shard !== undefined);
  expect(shards).toHaveLength(requests.length - 2);
  expect(new Set(shards.map(({ cacheKey }) => cacheKey)).size).toBe(shards.length);
  expect(shards.every(({ handed }) => handed?.[0]?.digest === 'begun')).toBe(true);
  expect(requests.at(-1)).toEqual({
    ...{ ...request, handed: [ref('begun'), ...shards.map(({ shard }) => ref(shard?.name ?? ''))] },
  });
  const done = signals.flatMap((signal) => (signal.type === 'progress' ? signal.done : []));
  expect(done).toEqual([10, ...shards.map((_, at) => 20 + 10 * at)]);
  expect(dropped).toEqual([]);
});

it('the first failure of a shard ends the others, and is the failure of the step', async () => {
  let cancelled = 0;
  const { execute, requests, dropped } = stepsOf(async ({ shard }, signal) => {
    if (shard?.from === 0) throw new Error('no');
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    cancelled += 1;
    throw new Error('cancelled');
  });
  await expect(execute()).rejects.toThrow('no');
  expect(cancelled).toBe(requests.length - 2);
  expect(dropped).toEqual(['k']);
});

it('shards are cut for busy workers too, so that the next coordinator cuts the same ones', async () => {
  const computed = () => Promise.resolve({ outputs: {}, device: 'cpu' });
  const shardsWith = async (free: number): Promise<unknown[]> => {
    const { execute, requests } = stepsOf(computed, {
      all: 2,
      get free() {
        return requests.length === 0 ? 2 : free;
      },
    });
    await execute();
    return requests.flatMap(({ shard }) => shard ?? []);
  };
  expect(await shardsWith(2)).not.toEqual([]);
  expect(await shardsWith(0)).toEqual(await shardsWith(2));
});

const crossEncoder = {
  model: 'reranker',
  remote: { url: 'http://127.0.0.1:1', parallel: 4, timeout: 9, retries: 0 },
};

it.each([
  ['a node that maps no items', { type: 'double' }, 2],
  ['a lane that pauses between requests', { lane: 'web' }, 2],
  ['a second attempt', { attempt: 2 }, 2],
  ['one free worker', {}, 1],
  ['a reranker on a server', { inputFacets: { reranker: { crossEncoder } } }, 2],
] as const)('a step stays whole: %s', async (_why, more, free) => {
  const takers = { all: 2, free };
  const { execute, requests } = stepsOf(() => Promise.reject(new Error('a shard')), takers);
  expect(await execute(more)).toBe(whole);
  expect(requests).toEqual([{ ...request, ...more }]);
});
