import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  GraphError,
  type ExecutionBackend,
  type Plan,
  type RunEvent,
  type StepRequest,
  type StepSummary,
} from '@graft/graph';
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

let folder: string;
let artifacts: MemoryArtifactStore;
let actions: MemoryActionStore;
let runs: MemoryRunStore;
let executed: StepRequest[];
let parts: EngineParts;

/** Counts what is really executed, and lets a test step in before it. */
function spying(
  backend: ExecutionBackend,
  before: (request: StepRequest) => void = () => undefined,
): ExecutionBackend {
  return {
    async execute(request, hooks) {
      executed.push(request);
      before(request);
      return backend.execute(request, hooks);
    },
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-engine-'));
  artifacts = new MemoryArtifactStore();
  actions = new MemoryActionStore();
  runs = new MemoryRunStore();
  executed = [];
  const host = createTestHost({ artifacts, items: new MemoryItemStore(), scratchFolder: folder });
  parts = {
    artifacts,
    actions,
    runs,
    backend: spying(createLocalBackend(host)),
    ...testEngineParts,
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(plan: Plan, engine = new Engine(parts)) {
  executed = [];
  const handle = await engine.start(plan, { file: 'test.graft.json', device: 'auto' });
  const finished = await handle.finished;
  const steps = new Map(finished.steps.map((step) => [step.node, step]));
  const ran = executed.map(({ node }) => node).sort();
  return {
    runId: handle.runId,
    finished,
    steps,
    ran,
    status: (id: string) => steps.get(id)?.status,
  };
}

async function recorded(runId: string): Promise<RunEvent[]> {
  return runs.events(runId, 0, 10_000);
}

async function valueOf(runId: string, node: string, port = 'value'): Promise<string> {
  const step = (await runs.steps(runId)).find((one) => one.node === node);
  const ref = step?.outputs[port];
  if (ref === undefined) throw new Error(`${node} gave nothing`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifacts.get(ref.digest)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8').trim();
}

const sum = (value = 1): Plan =>
  testPlan(
    {
      a: { type: 'number', params: { value } },
      b: { type: 'number', params: { value: 2 } },
      sum: { type: 'add' },
      twice: { type: 'double' },
    },
    ['a.value -> sum.terms', 'b.value -> sum.terms', 'sum.sum -> twice.value'],
  );

describe('a run', () => {
  it('gives every step its inputs and records what happened, gapless', async () => {
    const { runId, finished } = await run(sum());
    expect(finished.status).toBe('succeeded');
    expect(await valueOf(runId, 'twice')).toBe('{"id":"value","question":"6"}');
    expect(finished.outputs['twice']?.['value']?.preview).toContain('"6"');
    const events = await recorded(runId);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events[0]?.type).toBe('run.started');
    expect(events.at(-1)).toEqual(finished);
    expect((await runs.get(runId))?.status).toBe('succeeded');
  });

  it('runs nothing the second time, and says when the results were made', async () => {
    const before = Date.now();
    const first = await run(sum());
    expect(first.finished.steps.map(({ madeAt }) => madeAt)).toEqual(Array(4).fill(undefined));
    const made = Date.now();
    const again = await run(sum());
    expect(again.ran).toEqual([]);
    expect(again.finished.steps.map(({ status }) => status)).toEqual(Array(4).fill('cached'));
    for (const { madeAt = 0 } of again.finished.steps) {
      expect(madeAt).toBeGreaterThanOrEqual(before);
      expect(madeAt).toBeLessThanOrEqual(made);
    }
  });

  it('runs again only what a change reaches, and says which part changed', async () => {
    await run(sum(1));
    const again = await run(sum(5));
    expect(again.ran).toEqual(['a', 'sum', 'twice']);
    expect(again.steps.get('a')?.reason).toEqual({
      kind: 'changed',
      parts: [{ name: 'param.value', before: '1', after: '5' }],
    });
    expect(again.steps.get('sum')?.reason).toMatchObject({
      kind: 'changed',
      parts: [{ name: 'input.terms' }],
    });
  });

  it('stops early where outputs are what they were', async () => {
    const plan = (a: number, b: number): Plan =>
      testPlan(
        {
          a: { type: 'number', params: { value: a } },
          b: { type: 'number', params: { value: b } },
          sum: { type: 'add' },
          twice: { type: 'double' },
        },
        ['a.value -> sum.terms', 'b.value -> sum.terms', 'sum.sum -> twice.value'],
      );
    await run(plan(1, 3));
    const again = await run(plan(0, 4));
    expect(again.ran).toEqual(['a', 'b', 'sum']);
    expect(again.status('twice')).toBe('cached');
  });

  it('runs independent branches at the same time', async () => {
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const { backend } = parts;
    const execute: ExecutionBackend['execute'] = async (request, hooks) => {
      if (executed.push(request) === 3) begin();
      await begun;
      return backend.execute(request, hooks);
    };
    parts = { ...parts, backend: { execute } };
    const number = (value: number) => ({ type: 'number', params: { value } });
    const { finished } = await run(testPlan({ a: number(1), b: number(2), c: number(3) }));
    expect(finished.status).toBe('succeeded');
  });

  it('lets a failed step take only its descendants with it', async () => {
    const { finished, status } = await run(
      testPlan(
        {
          bad: { type: 'fail' },
          below: { type: 'double' },
          further: { type: 'double' },
          good: { type: 'number' },
          fine: { type: 'double' },
        },
        ['bad.value -> below.value', 'below.value -> further.value', 'good.value -> fine.value'],
      ),
    );
    expect(finished.status).toBe('failed');
    expect(finished.error).toMatchObject({ message: 'told to fail', location: { node: 'bad' } });
    expect(['bad', 'below', 'further', 'fine'].map(status)).toEqual([
      'failed',
      'skipped',
      'skipped',
      'succeeded',
    ]);
  });

  it('never reuses a volatile step', async () => {
    const plan = testPlan({ r: { type: 'random' }, d: { type: 'double' } }, ['r.value -> d.value']);
    await run(plan);
    const again = await run(plan);
    expect(again.ran).toEqual(['d', 'r']);
    expect(again.steps.get('r')?.reason).toEqual({ kind: 'volatile' });
  });
});

describe('cancelling', () => {
  const chain = testPlan(
    {
      slow: { type: 'slow', params: { ms: 60_000 } },
      below: { type: 'double' },
      quick: { type: 'number' },
    },
    ['slow.value -> below.value'],
  );

  it('stops what runs, never starts what waits, and tells the truth', async () => {
    const engine = new Engine(parts);
    const handle = await engine.start(chain, { file: 'f', device: 'auto' });
    const works = (event: RunEvent): boolean =>
      event.type === 'step.progress' && event.node === 'slow';
    const isDone = (event: RunEvent): boolean =>
      event.type === 'step.finished' && event.step.node === 'quick';
    await expect
      .poll(async () => {
        const told = await recorded(handle.runId);
        return told.some(works) && told.some(isDone);
      })
      .toBe(true);
    handle.cancel();
    const { status, steps } = await handle.finished;
    expect(status).toBe('cancelled');
    expect(Object.fromEntries(steps.map((step) => [step.node, step.status]))).toEqual({
      slow: 'cancelled',
      below: 'cancelled',
      quick: 'succeeded',
    });
    expect((await runs.get(handle.runId))?.status).toBe('cancelled');
    expect(await engine.cancel(handle.runId)).toBe('ended');
    expect(await engine.cancel('unknown')).toBe('unknown');
  });

  it('of one run leaves an equal step of another to be computed', async () => {
    const engine = new Engine(parts);
    const plan = testPlan({ slow: { type: 'slow', params: { ms: 1_000 } } });
    const first = await engine.start(plan, { file: 'f', device: 'auto' });
    const second = await engine.start(plan, { file: 'f', device: 'auto' });
    await expect
      .poll(async () => (await recorded(first.runId)).map(({ type }) => type))
      .toContain('step.progress');
    first.cancel();
    expect((await first.finished).status).toBe('cancelled');
    expect((await second.finished).status).toBe('succeeded');
  });
});

describe('retries', () => {
  const dying = (times: number, code: 'worker-died' | 'out-of-memory'): void => {
    let left = times;
    parts = {
      ...parts,
      backend: spying(parts.backend, () => {
        if (left-- > 0) throw new GraphError(code, 'The worker died.');
      }),
    };
  };

  it('runs a step once more after its worker died, and logs it', async () => {
    dying(1, 'out-of-memory');
    const { runId, finished } = await run(testPlan({ a: { type: 'number' } }));
    expect(finished.status).toBe('succeeded');
    const logs = (await recorded(runId)).filter(({ type }) => type === 'step.log');
    expect(logs).toMatchObject([{ node: 'a', level: 'warning' }]);
    expect(executed.map(({ attempt }) => attempt)).toContain(2);
  });

  it('gives up after the second time', async () => {
    dying(2, 'worker-died');
    const { finished } = await run(testPlan({ a: { type: 'number' } }));
    expect(finished).toMatchObject({ status: 'failed', error: { code: 'worker-died' } });
  });
});

describe('stored results', () => {
  it('that were evicted are computed again', async () => {
    await run(sum());
    const last = await runs.lastSteps('test.graft.json');
    const digest = (id: string): string => {
      const [ref] = Object.values(last.get(id)?.outputs ?? {});
      return ref?.digest ?? '';
    };
    await artifacts.delete(digest('sum'));
    const again = await run(sum());
    expect(again.ran).toEqual(['sum']);
    expect(again.steps.get('sum')?.reason).toEqual({ kind: 'evicted' });
  });

  it('that are damaged are found when read, and computed again in the same run', async () => {
    const plan = (factor: number): Plan =>
      testPlan({ a: { type: 'number' }, d: { type: 'double', params: { factor } } }, [
        'a.value -> d.value',
      ]);
    await run(plan(2));
    const last = await runs.lastSteps('test.graft.json');
    artifacts.damage(last.get('a')?.outputs['value']?.digest ?? '');
    const again = await run(plan(3));
    expect(again.finished.status).toBe('succeeded');
    expect(again.status('a')).toBe('succeeded');
    expect(again.status('d')).toBe('succeeded');
  });

  it('are shared by equal steps: each key is computed once', async () => {
    const engine = new Engine(parts);
    const twins = testPlan({
      a: { type: 'slow', params: { ms: 100 } },
      b: { type: 'slow', params: { ms: 100 } },
    });
    const other = testPlan({ c: { type: 'slow', params: { ms: 100 } } });
    const handles = [
      await engine.start(twins, { file: 'f', device: 'auto' }),
      await engine.start(other, { file: 'g', device: 'auto' }),
    ];
    const ends = await Promise.all(handles.map(({ finished }) => finished));
    expect(ends.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(executed).toHaveLength(1);
  });
});

describe('when the stores fail', () => {
  it('a run ends as failed and says why', async () => {
    parts = {
      ...parts,
      actions: {
        getMany: (keys) => actions.getMany(keys),
        touch: (keys) => actions.touch(keys),
        list: () => actions.list(),
        deleteMany: (keys) => actions.deleteMany(keys),
        putMany: () => Promise.reject(new GraphError('no-space', 'The disk is full.')),
      },
    };
    const { finished } = await run(sum());
    expect(finished).toMatchObject({ status: 'failed', error: { code: 'no-space' } });
  });

  it.each([
    ['on their disk ends its run', true, ['big failed', 'slow cancelled', 'waits cancelled']],
    ['on another disk fails alone', false, ['big failed', 'slow succeeded', 'waits succeeded']],
  ])('a step that finds no room %s', async (_case, isFull, expected) => {
    const host = createTestHost({ artifacts, items: new MemoryItemStore(), scratchFolder: folder });
    const backend = spying(createLocalBackend(host), ({ node }) => {
      if (node === 'big') throw new GraphError('no-space', 'The disk is full.');
    });
    parts = { ...parts, backend, isFull: () => isFull };
    const plan = testPlan(
      {
        big: { type: 'number' },
        slow: { type: 'slow', params: { ms: isFull ? 600_000 : 20 } },
        waits: { type: 'slow', params: { ms: 0 } },
      },
      ['slow.value -> waits.value'],
    );
    const { finished, ran } = await run(plan);
    expect(finished).toMatchObject({ status: 'failed', error: { code: 'no-space' } });
    expect(ran.includes('waits')).toBe(!isFull);
    const steps = finished.steps.map(({ node, status }) => `${node} ${status}`);
    expect(steps.sort()).toEqual(expected);
  });
});

describe('following a run', () => {
  it('gives every event once, from anywhere', async () => {
    const engine = new Engine(parts);
    const plan = testPlan({ slow: { type: 'slow', params: { ms: 200 } } });
    const handle = await engine.start(plan, { file: 'f', device: 'auto' });
    const never = new AbortController().signal;
    const seen: number[] = [];
    for await (const event of engine.events(handle.runId, 0, never)) seen.push(event.seq);
    expect(seen.length).toBeGreaterThan(4);
    expect(seen).toEqual(seen.map((_, i) => i + 1));
    const rest: StepSummary['status'][] = [];
    for await (const event of engine.events(handle.runId, seen.length - 2, never)) {
      if (event.type === 'step.finished') rest.push(event.step.status);
    }
    expect(rest).toEqual(['succeeded']);
  });
});
