import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  parseGraph,
  planGraph,
  type ExecutionBackend,
  type Plan,
  type RunEvent,
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
import { explainPlan } from './explain-plan.ts';

const file = 'loop.graft.json';
const number = (value: number): object => ({ type: 'number', version: 1, params: { value } });
const port = (type: string, params: object = {}): object => ({ type, version: 1, params });

/** Doubles numbers until none is below a bound; what is not is given as it comes out. */
const growing = {
  nodes: {
    in: port('input', { name: 'open' }),
    grow: { type: 'double', version: 2, params: {} },
    part: port('part', { bound: 100 }),
    open: port('output', { name: 'open' }),
    done: port('output', { name: 'done' }),
  },
  edges: [
    'in.value -> grow.value',
    'grow.value -> part.value',
    'part.below -> open.value',
    'part.rest -> done.value',
  ],
  expose: { bound: 'part.bound', factor: 'grow.factor' },
};

interface Drawn {
  readonly nodes: Record<string, object>;
  readonly edges: readonly string[];
  readonly graphs?: Record<string, object>;
}

function planOf(drawn: Drawn, only?: string): Plan {
  const graph = parseGraph(JSON.stringify({ graft: 1, ...drawn }), file);
  return planGraph(graph, testRegistry, {
    ...{ models: testModels, file },
    ...(only === undefined ? {} : { only }),
  });
}

const loop = (params: object, body: object = growing): Drawn => ({
  nodes: {
    n: number(3),
    reflect: port('repeat', { use: '#body', ...params }),
    after: { type: 'double', version: 2, params: {} },
  },
  edges: ['n.value -> reflect.open', 'reflect.done -> after.value'],
  graphs: { body },
});

let folder: string;
let parts: EngineParts;
let artifacts: MemoryArtifactStore;
let runs: MemoryRunStore;
let executed: string[];
/** Called with the node before it is executed. */
let before: (node: string) => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-loop-'));
  artifacts = new MemoryArtifactStore();
  runs = new MemoryRunStore();
  executed = [];
  before = () => undefined;
  const host = createTestHost({ artifacts, items: new MemoryItemStore(), scratchFolder: folder });
  const local = createLocalBackend(host);
  const backend: ExecutionBackend = {
    execute(request, hooks) {
      executed.push(request.node);
      before(request.node);
      return local.execute(request, hooks);
    },
  };
  parts = {
    ...{ artifacts, runs, backend, actions: new MemoryActionStore() },
    ...testEngineParts,
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(plan: Plan) {
  executed = [];
  const handle = await new Engine(parts).start(plan, { file, device: 'auto' });
  const finished = await handle.finished;
  const events = await runs.events(handle.runId, 0, 100_000);
  const steps = new Map((await runs.steps(handle.runId)).map((step) => [step.node, step]));
  return { handle, finished, events, steps, status: (node: string) => steps.get(node)?.status };
}

async function rowsOf(
  { steps }: { readonly steps: Awaited<ReturnType<typeof run>>['steps'] },
  node: string,
  output: string,
): Promise<string[]> {
  const ref = steps.get(node)?.outputs[output];
  if (ref === undefined) throw new Error(`${node} gave no ${output}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifacts.get(ref.digest)) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString('utf8').trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line).question as string);
}

const rounds = (events: readonly RunEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'run.extended' ? (event.round ?? []) : []));
const warnings = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'step.log' && event.level === 'warning' ? event.message : [],
  );

const explain = (plan: Plan) =>
  explainPlan(parts, {
    ...{ plan, file, device: 'auto', sources: new Map(), blocked: new Set<string>() },
  });

describe('a loop', () => {
  it('goes on while there are rows, each round on what the one before gave', async () => {
    const ran = await run(planOf(loop({ while: 'open', limit: 9 })));
    expect(ran.finished.status, ran.finished.error?.message).toBe('succeeded');
    // 3, 6, 12, 24, 48, 96, 192
    expect(rounds(ran.events)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await rowsOf(ran, 'reflect#5/grow', 'value')).toEqual(['96']);
    expect(await rowsOf(ran, 'reflect', 'open')).toEqual([]);
    expect(await rowsOf(ran, 'reflect', 'done')).toEqual(['192']);
    expect(await rowsOf(ran, 'after', 'value')).toEqual(['384']);
    expect(ran.status('reflect')).toBe('succeeded');
    expect(warnings(ran.events)).toEqual([]);
    const progress = ran.events.flatMap((event) =>
      event.type === 'step.progress' && event.node === 'reflect' ? [event] : [],
    );
    expect(progress.at(-1)).toMatchObject({ done: 6, total: 9, unit: 'rounds' });
    const again = await run(planOf(loop({ while: 'open', limit: 9 })));
    expect(executed).toEqual([]);
    expect([...again.steps.values()].every(({ status }) => status === 'cached')).toBe(true);
    expect(again.steps.get('reflect#6/grow')?.cacheKey).toBe(
      ran.steps.get('reflect#6/grow')?.cacheKey,
    );
  });

  it('ends at its limit, says what is left, and gives it', async () => {
    const ran = await run(planOf(loop({ while: 'open', limit: 3 })));
    expect(ran.finished.status).toBe('succeeded');
    expect(await rowsOf(ran, 'reflect', 'open')).toEqual(['24']);
    expect(await rowsOf(ran, 'after', 'value')).toEqual([]);
    expect(warnings(ran.events)).toEqual([
      'The loop reached its limit of 3 rounds: 1 row of "open" is left.',
    ]);
    // A higher limit goes on from there.
    await run(planOf(loop({ while: 'open', limit: 9 })));
    expect(executed.filter((node) => node.endsWith('/grow'))).toEqual([
      'reflect#4/grow',
      'reflect#5/grow',
      'reflect#6/grow',
    ]);
  });

  it('ends with a round that changes nothing', async () => {
    const same = loop({ while: 'open', limit: 50, 'set.factor': 1 });
    const ran = await run(planOf(same));
    expect(rounds(ran.events)).toEqual([1]);
    expect(warnings(ran.events)).toEqual(['Round 1 changed nothing: 1 row of "open" is left.']);
    const silent = await run(planOf(loop({ limit: 50, 'set.factor': 1 })));
    expect(rounds(silent.events)).toEqual([1]);
    expect(warnings(silent.events)).toEqual([]);
  });

  it('sets an exposed round, and then goes on though nothing changed', async () => {
    const numbered = { ...growing, expose: { round: 'grow.factor' } };
    const ran = await run(planOf(loop({ while: 'open', limit: 9 }, numbered)));
    // 3 × 1, × 2, × 3, × 4, × 5
    expect(rounds(ran.events)).toEqual([1, 2, 3, 4, 5]);
    expect(await rowsOf(ran, 'reflect', 'done')).toEqual(['360']);
    expect(ran.steps.get('reflect#4/grow')?.parts).toContainEqual({
      name: 'param.factor',
      value: '4',
    });
  });

  it('collects rows over all rounds, the last of an id standing', async () => {
    const body = {
      ...growing,
      nodes: {
        ...growing.nodes,
        seen: port('output', { name: 'seen' }),
        lines: port('lines', { text: 'first' }),
        both: port('output', { name: 'both' }),
      },
      edges: [...growing.edges, 'grow.value -> seen.value', 'lines.rows -> both.value'],
    };
    const drawn = loop({ while: 'open', limit: 9, collect: ['seen', 'both'] }, body);
    const ran = await run(planOf(drawn));
    expect(ran.finished.status, ran.finished.error?.message).toBe('succeeded');
    expect(await rowsOf(ran, 'reflect', 'seen')).toEqual(['192']);
    expect(await rowsOf(ran, 'reflect', 'both')).toEqual(['first']);
    expect(ran.status('reflect#collect/seen')).toBe('succeeded');
    await run(planOf(drawn));
    expect(executed).toEqual([]);
  });

  it('fails with the round and the node where its graph does, and takes along what is below', async () => {
    before = (node) => {
      if (node === 'reflect#3/grow') throw new Error('out of ink');
    };
    const ran = await run(planOf(loop({ while: 'open', limit: 9 })));
    expect(ran.finished).toMatchObject({
      status: 'failed',
      error: {
        message: 'Round 3 failed at "grow": out of ink',
        location: { node: 'reflect' },
      },
    });
    expect(ran.status('reflect#3/grow')).toBe('failed');
    expect(ran.status('reflect#3/part')).toBe('skipped');
    expect(ran.status('reflect')).toBe('failed');
    expect(ran.status('after')).toBe('skipped');
    before = () => undefined;
    const again = await run(planOf(loop({ while: 'open', limit: 9 })));
    expect(again.finished.status).toBe('succeeded');
    expect(executed[0]).toBe('reflect#3/grow');
  });

  it('is told by a plan as far as the cache knows it', async () => {
    const plan = planOf(loop({ while: 'open', limit: 9 }));
    const before = await explain(plan);
    expect(before.map(({ node, verdict }) => `${node} ${verdict}`)).toEqual([
      'n miss',
      'reflect unknown',
      'after unknown',
    ]);
    expect(before[1]?.rounds).toEqual({ known: 0, limit: 9 });
    await run(planOf(loop({ while: 'open', limit: 2 })));
    const half = await explain(plan);
    expect(half.find(({ node }) => node === 'reflect')).toMatchObject({
      verdict: 'unknown',
      rounds: { known: 3, limit: 9 },
    });
    expect(half.filter(({ verdict }) => verdict === 'miss').map(({ node }) => node)).toEqual([
      'reflect#3/grow',
    ]);
    await run(plan);
    expect((await explain(plan)).filter(({ verdict }) => verdict !== 'hit')).toEqual([]);
  });

  it('within a loop and within a graph has paths of its own, and shares what is equal', async () => {
    const outer = {
      nodes: {
        in: port('input', { name: 'open' }),
        inner: port('repeat', { use: '#body', while: 'open', limit: 2 }),
        out: port('output', { name: 'open' }),
        done: port('output', { name: 'done' }),
      },
      edges: ['in.value -> inner.open', 'inner.open -> out.value', 'inner.done -> done.value'],
    };
    const drawn = {
      nodes: {
        n: number(3),
        a: port('graph', { use: '#wrap' }),
        flat: port('repeat', { use: '#body', while: 'open', limit: 9 }),
      },
      edges: ['n.value -> a.open', 'n.value -> flat.open'],
      graphs: {
        body: growing,
        outer,
        wrap: {
          nodes: {
            in: port('input', { name: 'open' }),
            r: port('repeat', { use: '#outer', while: 'open', limit: 9 }),
            done: port('output', { name: 'done' }),
          },
          edges: ['in.value -> r.open', 'r.done -> done.value'],
        },
      },
    };
    const ran = await run(planOf(drawn));
    expect(ran.finished.status, ran.finished.error?.message).toBe('succeeded');
    expect(ran.status('a/r#3/inner#2/grow')).toMatch(/succeeded|cached/);
    expect(ran.status('a/r#4/inner')).toBe(undefined);
    expect(await rowsOf(ran, 'a/r', 'done')).toEqual(['192']);
    expect(await rowsOf(ran, 'flat', 'done')).toEqual(['192']);
    // Six doublings, whoever asks for them.
    expect(executed.filter((node) => node.endsWith('grow'))).toHaveLength(6);
  });

  it('is run alone with what it needs', async () => {
    const ran = await run(planOf(loop({ while: 'open', limit: 9 }), 'reflect'));
    expect(ran.finished.status).toBe('succeeded');
    expect(ran.steps.has('after')).toBe(false);
    expect(ran.status('reflect')).toBe('succeeded');
  });

  it('is cancelled in the midst of a round', async () => {
    const slow = {
      ...growing,
      nodes: { ...growing.nodes, wait: port('slow', { ms: 60_000 }) },
      edges: [
        'in.value -> grow.value',
        'grow.value -> wait.value',
        'wait.value -> part.value',
        'part.below -> open.value',
        'part.rest -> done.value',
      ],
    };
    const handle = await new Engine(parts).start(planOf(loop({ while: 'open' }, slow)), {
      file,
      device: 'auto',
    });
    await expect.poll(() => executed).toContain('reflect#1/wait');
    handle.cancel();
    expect((await handle.finished).status).toBe('cancelled');
    const steps = await runs.steps(handle.runId);
    expect(steps.find(({ node }) => node === 'reflect')?.status).toBe('cancelled');
  });

  it('computes again what a round gave when it is gone', async () => {
    const drawn = loop({ while: 'open', limit: 9 });
    const first = await run(planOf(drawn));
    const gone = first.steps.get('reflect#6/part')?.outputs['rest']?.digest ?? '';
    const other = {
      ...drawn,
      nodes: { ...drawn.nodes, after: { type: 'double', version: 2, params: { factor: 3 } } },
    };
    const engine = new Engine(parts);
    before = (node) => {
      if (node === 'after' && !executed.includes('reflect#6/part')) void artifacts.delete(gone);
    };
    executed = [];
    const handle = await engine.start(planOf(other), { file, device: 'auto' });
    const { status, error } = await handle.finished;
    expect(status, error?.message).toBe('succeeded');
    expect(executed).toContain('reflect#6/part');
  });
});
