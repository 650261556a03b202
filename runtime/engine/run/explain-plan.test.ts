import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ExecutionBackend, type ItemCounts, type Plan } from '@graft/graph';
import {
  MemoryActionStore,
  MemoryArtifactStore,
  MemoryItemStore,
  MemoryRunStore,
} from '@graft/store/testing';
import { createLocalBackend } from '../step/local-backend.ts';
import { createTestHost, testEngineParts, testPlan } from '../testing.ts';
import { Engine } from './engine.ts';
import type { EngineParts } from './engine-parts.ts';
import { explainPlan } from './explain-plan.ts';

const file = 'test.graft.json';
let folder: string;
let parts: EngineParts;
/** What steps say of their items. */
let items: ItemCounts | undefined;
let executed: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-explain-'));
  [items, executed] = [undefined, 0];
  const artifacts = new MemoryArtifactStore();
  const local = createLocalBackend(
    createTestHost({ artifacts, items: new MemoryItemStore(), scratchFolder: folder }),
  );
  const execute: ExecutionBackend['execute'] = async (request, hooks) => {
    executed += 1;
    const result = await local.execute(request, hooks);
    return items === undefined ? result : { ...result, items };
  };
  parts = {
    ...{ artifacts, actions: new MemoryActionStore(), runs: new MemoryRunStore() },
    backend: { execute },
    ...testEngineParts,
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = async (plan: Plan) =>
  (await new Engine(parts).start(plan, { file, device: 'auto' })).finished;
const explain = (plan: Plan) =>
  explainPlan(parts, { plan, file, device: 'auto', sources: new Map(), blocked: new Set() });

it('says hits, misses, and what nobody knows yet', async () => {
  const sum = (value: number): Plan =>
    testPlan(
      {
        a: { type: 'number', params: { value } },
        b: { type: 'number', params: { value: 2 } },
        sum: { type: 'add' },
        twice: { type: 'double' },
      },
      ['a.value -> sum.terms', 'b.value -> sum.terms', 'sum.sum -> twice.value'],
    );
  await run(sum(1));
  expect((await explain(sum(1))).map(({ verdict }) => verdict)).toEqual(Array(4).fill('hit'));
  const verdicts = (await explain(sum(7))).map(({ node, verdict }) => [node, verdict]);
  expect(Object.fromEntries(verdicts)).toEqual({
    a: 'miss',
    b: 'hit',
    sum: 'unknown',
    twice: 'unknown',
  });
  expect(executed).toBe(4);
});

it('tells a step that never had a result from one whose result is gone', async () => {
  const reasonOf = async (plan: Plan) => (await explain(plan)).map(({ reason }) => reason);
  const bad = testPlan({ a: { type: 'fail' } });
  expect(await reasonOf(bad)).toEqual([{ kind: 'first' }]);
  await run(bad);
  expect(await reasonOf(bad)).toEqual([{ kind: 'unfinished' }]);
  const good = testPlan({ a: { type: 'number' } });
  items = { total: 3, computed: 1, reused: 0, failed: 2 };
  await run(good);
  expect(await reasonOf(good)).toEqual([{ kind: 'incomplete', failed: 2 }]);
  items = undefined;
  await run(good);
  const last = (await parts.runs.lastSteps(file)).get('a');
  await parts.artifacts.delete(last?.outputs['value']?.digest ?? '');
  expect(await reasonOf(good)).toEqual([{ kind: 'evicted' }]);
});

it('tells the time that a node itself took, and nothing of one that never ran', async () => {
  const slow = (ms: number) => ({ type: 'slow', params: { ms } });
  await run(testPlan({ a: slow(30), b: slow(31) }));
  const [a, b, c] = await explain(testPlan({ a: slow(40), b: { type: 'number' }, c: slow(41) }));
  expect(a?.estimatedMs).toBeGreaterThanOrEqual(29);
  expect([b?.estimatedMs, c?.estimatedMs]).toEqual([undefined, undefined]);
  expect([b?.verdict, c?.verdict]).toEqual(['miss', 'miss']);
});

it('says what a training would continue from, and nothing of other steps', async () => {
  const plan = testPlan({ a: { type: 'number' }, b: { type: 'number', params: { value: 2 } } });
  const nodes = plan.nodes.map((node) =>
    node.id === 'a'
      ? { ...node, definition: { ...node.definition, engines: ['training' as const] } }
      : node,
  );
  const left = { step: 40, saving: false };
  const [a, b] = await explainPlan(parts, {
    ...{ plan: { ...plan, nodes }, file, device: 'auto', sources: new Map(), blocked: new Set() },
    checkpoint: () => Promise.resolve(left),
  });
  expect([a?.checkpoint, b?.checkpoint]).toEqual([left, undefined]);
});
