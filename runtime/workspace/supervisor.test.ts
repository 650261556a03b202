import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StepRequest, StepResult, StepSignal } from '@graft/graph';
import { WorkerSupervisor } from './supervisor.ts';
import { bundleTestWorker, testWorkerSource, type Bundle } from './testing/bundle-test-worker.ts';

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

function step(type: string, params: Record<string, unknown> = {}): StepRequest {
  const rest = {
    lane: 'light' as const,
    inputs: {},
    sources: [],
    inputFacets: {},
    familyParts: [],
    device: 'auto',
  };
  return { runId: 'r', node: `${type}-1`, type, params, cacheKey: 'k', ...rest };
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
    expect(supervisor.pid).toBeUndefined();
    const reports: StepSignal[] = [];
    const result = await execute(step('slow', { ms: 120 }), never, (signal) => {
      reports.push(signal);
    });
    expect(result.outputs['value']).toMatchObject({ count: 1 });
    expect(reports[0]).toMatchObject({ type: 'progress', total: 120, unit: 'ms' });
    expect(supervisor.pid).toBeDefined();
  });

  it('runs from its TypeScript sources too', async () => {
    await using sources = supervise(testWorkerSource);
    const hooks = { signal: never, report: () => undefined };
    await expect(sources.execute(step('number'), hooks)).resolves.toMatchObject({ device: 'cpu' });
  }, 60_000);

  it('passes problems on with their place', async () => {
    await expect(execute(step('fail', { message: 'no' }))).rejects.toMatchObject({
      code: 'bad-input',
      message: 'no',
      location: { node: 'fail-1' },
    });
    await expect(execute(step('unheard-of'))).rejects.toMatchObject({ code: 'unknown-type' });
  });

  it('that is killed fails its steps with the reason, and the next step gets a new one', async () => {
    const { working, result } = started(step('slow', { ms: 60_000 }));
    await working;
    const { pid } = supervisor;
    process.kill(pid ?? 0, 'SIGKILL');
    await expect(result).rejects.toMatchObject({
      code: 'worker-died',
      message: expect.stringContaining('SIGKILL'),
    });
    await execute(step('number'));
    expect(supervisor.pid).not.toBe(pid);
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

describe('cancelling', () => {
  it('stops a step that listens, and keeps the worker', async () => {
    const controller = new AbortController();
    const { working, result } = started(step('slow', { ms: 60_000 }), controller.signal);
    await working;
    const { pid } = supervisor;
    controller.abort();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    await execute(step('number'));
    expect(supervisor.pid).toBe(pid);
  });

  it.each([false, true])(
    'kills within 2 s what does not listen (busy: %s); its neighbours start again',
    async (busy) => {
      await execute(step('number'));
      const controller = new AbortController();
      const neighbour = started(step('slow', { ms: 2500 }));
      await neighbour.working;
      const { result } = started(step('stubborn', { busy }), controller.signal);
      await wait(200);
      const { pid } = supervisor;
      const abortedAt = performance.now();
      controller.abort();
      await expect(result).rejects.toMatchObject({ code: 'cancelled' });
      expect(performance.now() - abortedAt).toBeLessThan(2000);
      expect(isAlive(pid ?? 0)).toBe(false);
      await expect(neighbour.result).resolves.toMatchObject({ device: 'cpu' });
    },
  );

  it('before the worker is ready takes no longer', async () => {
    const controller = new AbortController();
    const result = execute(step('slow', { ms: 60_000 }), controller.signal);
    const abortedAt = performance.now();
    controller.abort();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect(performance.now() - abortedAt).toBeLessThan(2000);
  });
});

describe('closing', () => {
  it('ends the process and what it works on', async () => {
    const { working, result } = started(step('slow', { ms: 60_000 }));
    await working;
    const { pid } = supervisor;
    await supervisor[Symbol.asyncDispose]();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect(isAlive(pid ?? 0)).toBe(false);
  });
});
