import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  createRegistry,
  GraphError,
  parseGraph,
  planGraph,
  type ActionRecord,
  type ExecutionBackend,
  type NodeType,
  type Plan,
  type LocatedFile,
  type StepResult,
  type StepSignal,
} from '@graft/graph';
import { numberNode, readNode, testEngines, testModels } from '@graft/graph/testing';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { testEngineParts } from '../testing.ts';
import { Engine } from './engine.ts';
import type { StepClaims } from './engine-parts.ts';
import type { Turn } from './step-slots.ts';

const heavyNode: NodeType = { ...numberNode, type: 'heavy', lane: 'inference' };
const registry = createRegistry([numberNode, heavyNode, readNode]);

function planOf(...nodes: readonly (readonly [type: string, value: number])[]): Plan {
  const entries = nodes.map(([type, value]) => [
    `${type}-${String(value)}`,
    { type, version: 1, params: { value } },
  ]);
  const text = JSON.stringify({ graft: 1, nodes: Object.fromEntries(entries), edges: [] });
  return planGraph(parseGraph(text), registry, { models: testModels });
}

class CountingActionStore extends MemoryActionStore {
  lookups = 0;
  override getMany(keys: readonly string[]): Promise<Map<string, ActionRecord>> {
    this.lookups += 1;
    return super.getMany(keys);
  }
}

/** An engine whose steps end when they are told to. */
function setUp(claims?: StepClaims, actions = new MemoryActionStore()) {
  const executing = new Map<string, (result: StepResult) => void>();
  const reports = new Map<string, (signal: StepSignal) => void>();
  const seen: string[] = [];
  const backend: ExecutionBackend = {
    execute: ({ node }, { signal, report }) =>
      new Promise((resolve, reject) => {
        seen.push(node);
        reports.set(node, report);
        executing.set(node, resolve);
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      }),
  };
  const engine = new Engine({
    artifacts: new MemoryArtifactStore(),
    actions,
    runs: new MemoryRunStore(),
    backend,
    ...testEngineParts,
    cores: 2,
    ...(claims === undefined ? {} : { claims }),
  });
  return {
    report: (node: string, signal: StepSignal) => reports.get(node)?.(signal),
    start: (plan: Plan, options: { readonly turn?: Turn } = {}) =>
      engine.start(plan, { file: 'f', device: 'auto', ...options }),
    running: () => [...executing.keys()].sort(),
    end: (node: string, rest: Partial<StepResult> = {}) => {
      executing.get(node)?.({ outputs: {}, device: 'cpu', ...rest });
      executing.delete(node);
    },
    /** Every execution since the last call. */
    seen: () => seen.splice(0),
  };
}

describe('steps of several runs', () => {
  it('share the cores: heavy ones take them one after another', async () => {
    const { start, running, end } = setUp();
    const first = await start(planOf(['heavy', 1], ['heavy', 2]));
    const second = await start(planOf(['heavy', 3]));
    await expect.poll(running).toEqual(['heavy-1']);
    end('heavy-1');
    await expect.poll(running).toHaveLength(1);
    const [next = ''] = running();
    end(next);
    await expect.poll(running).toHaveLength(1);
    end(running()[0] ?? '');
    expect((await first.finished).status).toBe('succeeded');
    expect((await second.finished).status).toBe('succeeded');
  });

  it('take turns as one owner where they share it, the lower rank first', async () => {
    const { start, running, end } = setUp();
    const owner = {};
    const started = [
      await start(planOf(['heavy', 1]), { turn: { owner, rank: 1 } }),
      await start(planOf(['heavy', 3]), { turn: { owner, rank: 3 } }),
      await start(planOf(['heavy', 2]), { turn: { owner, rank: 2 } }),
    ];
    for (const step of ['heavy-1', 'heavy-2', 'heavy-3']) {
      await expect.poll(running).toEqual([step]);
      end(step);
    }
    for (const { finished } of started) expect((await finished).status).toBe('succeeded');
  });

  it('are not held up by heavy ones when they are light', async () => {
    const { start, running, end } = setUp();
    const heavy = await start(planOf(['heavy', 1], ['heavy', 2]));
    await expect.poll(running).toEqual(['heavy-1']);
    const light = await start(planOf(...[1, 2, 3].map((value) => ['number', value] as const)));
    await expect.poll(running).toEqual(['heavy-1', 'number-1', 'number-2', 'number-3']);
    for (const value of [1, 2, 3]) end(`number-${String(value)}`);
    expect((await light.finished).status).toBe('succeeded');
    heavy.cancel();
    expect((await heavy.finished).status).toBe('cancelled');
  });

  it('that wait for another process keep no room from others, and wait for room again', async () => {
    let gone = (): void => undefined;
    let asked = 0;
    const { start, running, end } = setUp({
      async claim(_key, { waiting }) {
        if (asked++ === 0) {
          waiting(4711);
          await new Promise<void>((resolve) => (gone = resolve));
        }
        return { mayBeRecorded: true, release: () => undefined };
      },
    });
    const first = await start(planOf(['heavy', 1]));
    const second = await start(planOf(['heavy', 2]));
    await expect.poll(running).toEqual(['heavy-2']);
    gone();
    await nextTurn();
    expect(running()).toEqual(['heavy-2']);
    end('heavy-2');
    expect((await second.finished).status).toBe('succeeded');
    await expect.poll(running).toEqual(['heavy-1']);
    const third = await start(planOf(['heavy', 3]));
    await nextTurn();
    expect(running()).toEqual(['heavy-1']);
    end('heavy-1');
    expect((await first.finished).status).toBe('succeeded');
    await expect.poll(running).toEqual(['heavy-3']);
    third.cancel();
    expect((await third.finished).status).toBe('cancelled');
  });

  it('that wait for another process end at once when their run is cancelled, also for room', async () => {
    let gone = (): void => undefined;
    let asked = 0;
    let released = 0;
    const { start, running, seen } = setUp({
      async claim(_key, { waiting }) {
        if (asked++ === 0) {
          waiting(4711);
          await new Promise<void>((resolve) => (gone = resolve));
        }
        return { mayBeRecorded: true, release: () => (released += 1) };
      },
    });
    const first = await start(planOf(['heavy', 1]));
    const second = await start(planOf(['heavy', 2]));
    await expect.poll(running).toEqual(['heavy-2']);
    gone();
    await nextTurn();
    first.cancel();
    expect((await first.finished).status).toBe('cancelled');
    expect(released).toBe(1);
    second.cancel();
    expect((await second.finished).status).toBe('cancelled');
    expect(seen()).toEqual(['heavy-2']);
  });

  it('that waited for another process do not take a foreign record with other outputs', async () => {
    const actions = new MemoryActionStore();
    const foreign = { nodeType: 'heavy', ms: 1, createdAt: 1, from: 'package' };
    const { start, running, end } = setUp(
      {
        async claim(key) {
          await actions.putMany([{ ...foreign, key, outputs: {} }]);
          return { mayBeRecorded: true, release: () => undefined };
        },
      },
      actions,
    );
    const { finished } = await start(planOf(['heavy', 1]));
    await expect.poll(running).toEqual(['heavy-1']);
    end('heavy-1');
    expect((await finished).steps.map(({ status }) => status)).toEqual(['succeeded']);
  });

  it.each([
    { mayBeRecorded: false, lookups: 0, status: 'succeeded' },
    { mayBeRecorded: true, lookups: 1, status: 'cached' },
  ])(
    'are looked up again only where a claim says they may be recorded: $mayBeRecorded',
    async ({ mayBeRecorded, lookups, status }) => {
      const actions = new CountingActionStore();
      let before = Infinity;
      const { start, running, end } = setUp(
        {
          async claim(key) {
            await actions.putMany([{ key, nodeType: 'heavy', outputs: {}, ms: 1, createdAt: 1 }]);
            before = actions.lookups;
            return { mayBeRecorded, release: () => undefined };
          },
        },
        actions,
      );
      const { finished } = await start(planOf(['heavy', 1]));
      if (!mayBeRecorded) {
        await expect.poll(running).toEqual(['heavy-1']);
        end('heavy-1');
      }
      expect((await finished).steps.map((step) => step.status)).toEqual([status]);
      expect(actions.lookups - before).toBe(lookups);
    },
  );

  it('that wait for a download keep no room from others, and go on as soon as it is there', async () => {
    const { start, running, end, report } = setUp();
    const first = await start(planOf(['heavy', 1]));
    const second = await start(planOf(['heavy', 2]));
    const third = await start(planOf(['heavy', 3]));
    await expect.poll(running).toEqual(['heavy-1']);
    report('heavy-1', { type: 'waiting', waiting: true });
    await expect.poll(running).toEqual(['heavy-1', 'heavy-2']);
    report('heavy-1', { type: 'waiting', waiting: false });
    end('heavy-2');
    expect((await second.finished).status).toBe('succeeded');
    await nextTurn();
    expect(running()).toEqual(['heavy-1']);
    end('heavy-1');
    expect((await first.finished).status).toBe('succeeded');
    await expect.poll(running).toEqual(['heavy-3']);
    end('heavy-3');
    expect((await third.finished).status).toBe('succeeded');
  });

  it('that wait end at once when their run is cancelled, and are never executed', async () => {
    const { start, running, end, seen } = setUp();
    const first = await start(planOf(['heavy', 1]));
    await expect.poll(running).toEqual(['heavy-1']);
    const second = await start(planOf(['heavy', 2]));
    const third = await start(planOf(['heavy', 3]));
    second.cancel();
    expect((await second.finished).status).toBe('cancelled');
    end('heavy-1');
    expect((await first.finished).status).toBe('succeeded');
    await expect.poll(running).toEqual(['heavy-3']);
    end('heavy-3');
    expect((await third.finished).status).toBe('succeeded');
    expect(seen()).toEqual(['heavy-1', 'heavy-3']);
  });

  it('that are equal run once, also where the second had to wait for room', async () => {
    const { start, running, end, seen } = setUp();
    const runs = [await start(planOf(['heavy', 1])), await start(planOf(['heavy', 2]))];
    await expect.poll(running).toEqual(['heavy-1']);
    runs.push(await start(planOf(['heavy', 2])));
    end('heavy-1');
    await expect.poll(running).toEqual(['heavy-2']);
    end('heavy-2', { items: { total: 5, computed: 3, reused: 0, failed: 2 } });
    const steps = await Promise.all(
      runs.map(async ({ finished }) =>
        (await finished).steps.map(({ status, items }) => [status, items?.reused, items?.failed]),
      ),
    );
    // What failed there is missing in what the third was given.
    expect(steps).toEqual([
      [['succeeded', undefined, undefined]],
      [['succeeded', 0, 2]],
      [['cached', 3, 2]],
    ]);
    expect(seen()).toEqual(['heavy-1', 'heavy-2']);
  });

  it('that are equal run once, also where others have the room between them', async () => {
    const { start, running, end, seen } = setUp();
    const runs = [];
    for (const value of [1, 2, 3, 2]) runs.push(await start(planOf(['heavy', value])));
    for (const node of ['heavy-1', 'heavy-2', 'heavy-3']) {
      await expect.poll(running).toEqual([node]);
      end(node);
    }
    const steps = await Promise.all(
      runs.map(async ({ finished }) => (await finished).steps.map(({ status }) => status)),
    );
    expect(steps).toEqual([['succeeded'], ['succeeded'], ['succeeded'], ['cached']]);
    expect(seen()).toEqual(['heavy-1', 'heavy-2', 'heavy-3']);
  });
});

it('a step whose inputs are looked at anew when its run is cancelled says nothing after the end', async () => {
  let look = (_files: LocatedFile[]): void => undefined;
  const looked = new Promise<LocatedFile[]>((resolve) => (look = resolve));
  let fail = (_error: GraphError): void => undefined;
  const executed = new Promise<StepResult>((_resolve, reject) => (fail = reject));
  const runs = new MemoryRunStore();
  const engine = new Engine({
    artifacts: new MemoryArtifactStore(),
    actions: new MemoryActionStore(),
    runs,
    backend: { execute: () => executed },
    files: {
      files: (_patterns, options) => (options?.anew === true ? looked : Promise.resolve([])),
    },
    models: testModels,
    deviceOf: () => Promise.resolve({ id: 'cpu', class: 'cpu' }),
    engines: testEngines,
    owner: 'test:0',
  });
  const nodes = { read: { type: 'read', version: 1, params: { files: ['a'] } } };
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes, edges: [] }));
  const plan = planGraph(graph, registry, { models: testModels });
  const first = await engine.start(plan, { file: 'f', device: 'auto' });
  // Waits for the step of the first.
  const second = await engine.start(plan, { file: 'f', device: 'auto' });
  await new Promise((resolve) => setTimeout(resolve, 30));
  fail(new GraphError('input-changed', 'It changed.'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  second.cancel();
  expect((await second.finished).status).toBe('cancelled');
  look([]);
  first.cancel();
  await first.finished;
  await new Promise((resolve) => setTimeout(resolve, 100));
  const events = await runs.events(second.runId, 0, 100);
  expect(events.at(-1)?.type).toBe('run.finished');
});
