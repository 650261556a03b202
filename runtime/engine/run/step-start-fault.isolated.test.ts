import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  createRegistry,
  parseGraph,
  planGraph,
  type NodeType,
  type Plan,
  type StepResult,
} from '@graft/graph';
import { numberNode, testModels } from '@graft/graph/testing';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { testEngineParts } from '../testing.ts';
import { ActionLookup } from './action-lookup.ts';
import { Engine } from './engine.ts';
import { reasonFor } from './step-key.ts';
import { StepSlots } from './step-slots.ts';

vi.mock(import('./step-key.ts'), async (original) => {
  const module = await original();
  return { ...module, reasonFor: vi.fn(module.reasonFor) };
});

const heavyNode: NodeType = { ...numberNode, type: 'heavy', lane: 'inference' };
const registry = createRegistry([heavyNode]);

function heavy(value: number): Plan {
  const nodes = { n: { type: 'heavy', version: 1, params: { value } } };
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes, edges: [] }));
  return planGraph(graph, registry, { models: testModels });
}

let executing: ((result: StepResult) => void)[];
let engine: Engine;
beforeEach(() => {
  executing = [];
  engine = new Engine({
    ...testEngineParts,
    ...{ artifacts: new MemoryArtifactStore(), actions: new MemoryActionStore() },
    ...{ runs: new MemoryRunStore(), cores: 2 },
    backend: { execute: () => new Promise((resolve) => executing.push(resolve)) },
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const start = (value: number) => engine.start(heavy(value), { file: 'f', device: 'auto' });

/** Ends the only step that executes, as soon as it does. */
async function endStep(): Promise<void> {
  await expect.poll(() => executing).toHaveLength(1);
  executing.pop()?.({ outputs: {}, device: 'cpu' });
}

const lost = (): never => {
  throw new RangeError('lost');
};

it('a step that cannot start fails and gives its room back', async () => {
  vi.mocked(reasonFor).mockImplementationOnce(lost);
  const first = await start(1);
  expect(await first.finished).toMatchObject({
    status: 'failed',
    error: { code: 'internal', message: 'lost' },
  });
  const second = await start(2);
  await endStep();
  expect((await second.finished).status).toBe('succeeded');
});

it('a step that fails as room is made for it fails its own run, and gives the room back', async () => {
  const request = vi.spyOn(StepSlots.prototype, 'request');
  const first = await start(1);
  await expect.poll(() => executing).toHaveLength(1);
  const second = await start(2);
  await expect.poll(() => request.mock.calls).toHaveLength(2);
  vi.spyOn(ActionLookup.prototype, 'known').mockImplementationOnce(lost);
  await endStep();
  expect((await first.finished).status).toBe('succeeded');
  expect(await second.finished).toMatchObject({
    status: 'failed',
    error: { code: 'internal', message: 'lost' },
  });
  const third = await start(3);
  await endStep();
  expect((await third.finished).status).toBe('succeeded');
});
