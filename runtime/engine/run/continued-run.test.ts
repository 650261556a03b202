import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  GraphError,
  parseGraph,
  planGraph,
  readRunPast,
  type ExecutionBackend,
  type RunEvent,
  type RunRecord,
} from '@graft/graph';
import { testModels, testRegistry } from '@graft/graph/testing';
import {
  MemoryActionStore,
  MemoryArtifactStore,
  MemoryItemStore,
  MemoryRunStore,
} from '@graft/store/testing';
import { createLocalBackend } from '../step/local-backend.ts';
import { createTestHost, testEngineParts } from '../testing.ts';
import { Engine } from './engine.ts';
import type { EngineParts } from './engine-parts.ts';

const file = 'continued.graft.json';
const node = (type: string, params: object = {}): object => ({ type, version: 1, params });
const double = { type: 'double', version: 2, params: {} };
const body = {
  nodes: {
    in: node('input', { name: 'open' }),
    grow: double,
    part: node('part', { bound: 20 }),
    open: node('output', { name: 'open' }),
    done: node('output', { name: 'done' }),
  },
  edges: [
    'in.value -> grow.value',
    'grow.value -> part.value',
    'part.below -> open.value',
    'part.rest -> done.value',
  ],
};
/** A loop of three rounds, and a branch that fails. */
const plan = planGraph(
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        n: node('number', { value: 3 }),
        reflect: node('repeat', { use: '#body', while: 'open', collect: ['done'] }),
        after: double,
        bad: { ...double, params: { factor: 7 } },
        below: double,
      },
      edges: [
        'n.value -> reflect.open',
        'reflect.done -> after.value',
        'n.value -> bad.value',
        'bad.value -> below.value',
      ],
      graphs: { body },
    }),
    file,
  ),
  testRegistry,
  { models: testModels, file },
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-continued-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process with stores, and the nodes that it executes. */
function processOf(stores: Pick<EngineParts, 'artifacts' | 'actions'>) {
  const { artifacts } = stores;
  const runs = new MemoryRunStore();
  const executed: string[] = [];
  const host = createTestHost({ artifacts, items: new MemoryItemStore(), scratchFolder: folder });
  const local = createLocalBackend(host);
  const backend: ExecutionBackend = {
    async execute(request, hooks) {
      executed.push(request.node);
      if (request.node === 'bad') throw new GraphError('bad-input', 'It is bad.');
      return local.execute(request, hooks);
    },
  };
  return { runs, executed, engine: new Engine({ ...testEngineParts, ...stores, runs, backend }) };
}

const shown = ({ type, ...event }: RunEvent): unknown => {
  if (type !== 'run.finished') return undefined;
  const { status, error, outputs, steps } = event as Extract<RunEvent, { type: 'run.finished' }>;
  const each = steps.map((step) => [step.node, step.status, step.error?.code]);
  return { status, error, outputs, steps: each.sort() };
};

it('ends as if one process had run it, wherever the first one ended', async () => {
  const stores = { artifacts: new MemoryArtifactStore(), actions: new MemoryActionStore() };
  const first = processOf(stores);
  const whole = await first.engine.start(plan, { file, device: 'auto' });
  const expected = shown(await whole.finished);
  expect(expected).toMatchObject({ status: 'failed', error: { code: 'bad-input' } });
  const events = await first.runs.events(whole.runId, 0, 10_000);

  for (let recorded = 0; recorded < events.length; recorded += 1) {
    const done = events
      .slice(0, recorded)
      .flatMap((event) => (event.type === 'step.finished' ? event.step : []));
    const actions = new MemoryActionStore();
    const keys = done.flatMap(({ cacheKey }) => cacheKey ?? []);
    await actions.putMany([...(await stores.actions.getMany(keys)).values()]);
    const { runs, executed, engine } = processOf({ ...stores, actions });
    const record: RunRecord = {
      ...{ id: whole.runId, file, status: 'running', startedAt: Date.now(), owner: 'test:0' },
    };
    await runs.create(record);
    await runs.append(record.id, events.slice(0, recorded));
    const past = await readRunPast(runs, record);
    const { finished } = engine.continue(record, {
      ...{ file, device: 'auto', plan, sources: new Map(), past },
    });
    expect(shown(await finished), String(recorded)).toEqual(expected);
    const all = await runs.events(record.id, 0, 10_000);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, at) => at + 1));
    expect(all.filter(({ type }) => type === 'run.started')).toHaveLength(1);
    const named = all.flatMap((event) =>
      event.type === 'run.extended' ? `${event.loop} ${String(event.round)}` : [],
    );
    expect(named).toEqual([...new Set(named)]);
    const ended = done.map((step) => step.node);
    expect(executed.filter((each) => ended.includes(each))).toEqual([]);
  }
});
