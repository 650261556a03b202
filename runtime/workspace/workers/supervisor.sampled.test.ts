import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Lane, StepRequest, StepResult, StepSignal } from '@graft/graph';
import { WorkerSupervisor } from './supervisor.ts';
import { bundleTestWorker, testWorkerSource, type Bundle } from '../testing/bundle-test-worker.ts';

let bundle: Bundle;
let folder: string;
let supervisor: WorkerSupervisor;

const supervise = (entry: string): WorkerSupervisor =>
  new WorkerSupervisor({
    entry,
    worker: { root: folder, stateFolder: folder, modelsFolder: folder, threads: 2 },
  });

beforeAll(async () => {
  bundle = await bundleTestWorker();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-worker-'));
  supervisor = supervise(bundle.entry);
});
afterEach(async () => {
  await supervisor[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function step(
  type: string,
  params: Record<string, unknown> = {},
  lane: Lane = 'light',
): StepRequest {
  const rest = { inputs: {}, sources: [], inputFacets: {}, familyParts: [], device: 'auto' };
  return { runId: 'r', node: `${type}-1`, type, lane, params, cacheKey: 'k', ...rest };
}

const never = new AbortController().signal;
const execute = (
  request: StepRequest,
  signal = never,
  report: (signal: StepSignal) => void = () => undefined,
): Promise<StepResult> => supervisor.execute(request, { signal, report });

/** Resolves once a step reports that it works. */
function started(request: StepRequest, signal = never) {
  let running = (): void => undefined;
  const working = new Promise<void>((resolve) => {
    running = resolve;
  });
  const result = execute(request, signal, () => {
    running();
  });
  result.catch(() => undefined);
  return { working, result };
}

/** Of the worker processes that run. */
const pids = (): number[] => Object.values(supervisor.pids).flat();

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a supervised worker', () => {
  it('starts with the first step, gives results and reports', async () => {
    expect(pids()).toEqual([]);
    const reports: StepSignal[] = [];
    const result = await execute(step('slow', { ms: 120 }), never, (signal) => {
      reports.push(signal);
    });
    expect(result.outputs['value']).toMatchObject({ count: 1 });
    expect(reports[0]).toMatchObject({ type: 'progress', total: 120, unit: 'ms' });
    expect(pids()).toHaveLength(1);
  });

  it('runs from its TypeScript sources too', async () => {
    await using sources = supervise(testWorkerSource);
    const hooks = { signal: never, report: () => undefined };
    await expect(sources.execute(step('number'), hooks)).resolves.toMatchObject({ device: 'cpu' });
  });

  it('passes problems on with their place', async () => {
    await expect(execute(step('fail', { message: 'no' }))).rejects.toMatchObject({
      code: 'bad-input',
      message: 'no',
      location: { node: 'fail-1' },
    });
    await expect(execute(step('unheard-of'))).rejects.toMatchObject({ code: 'unknown-type' });
  });

  it('that is killed fails its step with the reason, and the next step gets a new one', async () => {
    const { working, result } = started(step('slow', { ms: 60_000 }));
    await working;
    const [pid = 0] = pids();
    process.kill(pid, 'SIGKILL');
    await expect(result).rejects.toMatchObject({
      code: 'worker-died',
      message: expect.stringContaining('SIGKILL'),
    });
    await execute(step('number'));
    expect(pids()).not.toContain(pid);
  });

  it('that dies for want of memory says so', async () => {
    await expect(execute(step('hog'))).rejects.toMatchObject({ code: 'out-of-memory' });
  });

  it('that dies each time fails each time, and never hangs', async () => {
    for (let i = 0; i < 3; i++) {
      await expect(execute(step('crash', { times: 3 }))).rejects.toMatchObject({
        code: 'worker-died',
      });
    }
    await expect(execute(step('crash', { times: 3 }))).resolves.toBeDefined();
  });

  it('that cannot start fails the step with what it said', async () => {
    await using broken = supervise(join(folder, 'missing.mjs'));
    await expect(
      broken.execute(step('number'), { signal: never, report: () => undefined }),
    ).rejects.toMatchObject({
      code: 'worker-died',
      message: expect.stringContaining('missing.mjs'),
    });
  });
});

describe('a process with several steps in it', () => {
  const inside = (type: string, params: Record<string, unknown> = {}): StepRequest => ({
    ...step(type, params, 'inference'),
    node: `${type}-${JSON.stringify(params)}`,
  });

  it.runIf(inject('share') === 1)(
    'that one of them kills each time fails that one only',
    async () => {
      const neighbours = Array.from({ length: 20 }, (_, i) => inside('slow', { ms: 400 + i }));
      const running = neighbours.map((request) => started(request));
      await Promise.all(running.map(({ working }) => working));
      const crash = inside('crash', { times: 99 });
      await expect(execute(crash)).rejects.toMatchObject({ code: 'worker-died' });
      const results = await Promise.all(running.map(({ result }) => result));
      expect(results.map(({ device }) => device)).toEqual(Array(20).fill('cpu'));

      // Its second try runs alone too, so the steps in the shared process are not harmed.
      const beside = started(inside('slow', { ms: 1000 }));
      await beside.working;
      const { models } = supervisor.pids;
      await expect(execute({ ...crash, attempt: 2 })).rejects.toMatchObject({
        code: 'worker-died',
      });
      await beside.result;
      expect(supervisor.pids.models).toEqual(models);
      expect(models).toHaveLength(1);
    },
  );

  it('tells those that are tried by themselves why', async () => {
    const reports: StepSignal[] = [];
    const { working, result } = started(inside('slow', { ms: 60_000 }));
    await working;
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const other = execute(inside('slow', { ms: 1_000 }), never, (signal) => {
      reports.push(signal);
      begin();
    });
    await begun;
    const [pid = 0] = pids();
    process.kill(pid, 'SIGKILL');
    await expect(other).resolves.toMatchObject({ device: 'cpu' });
    expect(reports.filter(({ type }) => type === 'log')).toMatchObject([
      { level: 'warning', message: expect.stringContaining('runs this step again on its own') },
    ]);
    await supervisor[Symbol.asyncDispose]();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect(isAlive(pid)).toBe(false);
  });

  it('ends with a step that does not hear its cancellation; steps of other lanes go on', async () => {
    const light = started(step('slow', { ms: 3000 }));
    const neighbour = started(inside('slow', { ms: 1000 }));
    await Promise.all([light.working, neighbour.working]);
    const [common = 0] = supervisor.pids.models;
    const { single } = supervisor.pids;
    const controller = new AbortController();
    const { working, result } = started(inside('stubborn', { busy: true }), controller.signal);
    await working;
    controller.abort();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect(isAlive(common)).toBe(false);
    await expect(neighbour.result).resolves.toMatchObject({ device: 'cpu' });
    await light.result;
    expect(supervisor.pids.single).toEqual(single);
  });
});

it('has steps of the web share a process, without models', async () => {
  const slow = ['one', 'other'].map(() => started(step('slow', { ms: 300 }, 'web')));
  await Promise.all(slow.map(({ working }) => working));
  const { web, ...others } = supervisor.pids;
  expect({ web: web.length, ...others }).toEqual({ web: 1, single: [], models: [] });
  await Promise.all(slow.map(({ result }) => result));
});

describe('light and bulk steps', () => {
  it('are not held up by one that spins', async () => {
    const controller = new AbortController();
    const spinning = started(step('stubborn', { busy: true }, 'bulk'), controller.signal);
    await execute(step('number'));
    await execute(step('number', {}, 'bulk'));
    controller.abort();
    await expect(spinning.result).rejects.toMatchObject({ code: 'cancelled' });
    await execute(step('number'));
  });

  it('use a process one after another while each is short', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, value) => execute(step('number', { value }))));
    // One, but for where a process takes longer to start than a waiting step is patient.
    expect(pids().length).toBeLessThan(10);
  });
});

describe('cancelling', () => {
  it('stops a step that listens, and keeps the worker', async () => {
    const controller = new AbortController();
    const { working, result } = started(step('slow', { ms: 60_000 }), controller.signal);
    await working;
    const before = pids();
    controller.abort();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    await execute(step('number'));
    expect(pids()).toEqual(before);
  });

  it.each([false, true])('kills what does not listen (busy: %s)', async (busy) => {
    await execute(step('number'));
    const controller = new AbortController();
    const { working, result } = started(step('stubborn', { busy }), controller.signal);
    await working;
    const [pid = 0] = pids();
    controller.abort();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect(isAlive(pid)).toBe(false);
  });

  it('before the worker is ready takes no time', async () => {
    const controller = new AbortController();
    const result = execute(step('slow', { ms: 60_000 }), controller.signal);
    controller.abort();
    const first = Promise.race([result.catch(() => 'cancelled'), nextTurn('later')]);
    expect(await first).toBe('cancelled');
  });
});

describe('closing', () => {
  it('ends the process and what it works on', async () => {
    const { working, result } = started(step('slow', { ms: 60_000 }));
    await working;
    const [pid = 0] = pids();
    await supervisor[Symbol.asyncDispose]();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect(isAlive(pid)).toBe(false);
  });
});
