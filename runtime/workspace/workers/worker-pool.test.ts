import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Lane, StepRequest, StepResult } from '@graft/graph';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { WorkerPool } from './worker-pool.ts';

let bundle: Bundle;
let folder: string;
let pool: WorkerPool;

beforeAll(async () => {
  bundle = await bundleTestWorker();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-pool-'));
});
afterEach(async () => {
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function open(options: { most: number; idle?: { spare: number; last: number } }): WorkerPool {
  pool = new WorkerPool({
    entry: bundle.entry,
    worker: { root: folder, stateFolder: folder, modelsFolder: folder, threads: 2 },
    steps: 'alone',
    ...options,
  });
  return pool;
}

function execute(ms: number, lane: Lane = 'bulk'): Promise<StepResult> {
  const rest = { inputs: {}, sources: [], inputFacets: {}, familyParts: [], device: 'auto' };
  const what = { runId: 'r', node: 'slow', type: 'slow', params: { ms }, cacheKey: 'k', lane };
  const request: StepRequest = { ...what, ...rest };
  return pool.execute(request, {
    signal: new AbortController().signal,
    report: () => undefined,
  });
}

describe('processes with one step each', () => {
  it('are as many as are needed and allowed, and light steps come first', async () => {
    open({ most: 2 });
    const order: string[] = [];
    const steps = ['a', 'b', 'c'].map((name) => execute(800).then(() => order.push(name)));
    const light = execute(10, 'light').then(() => order.push('light'));
    await expect.poll(() => pool.pids.length).toBe(2);
    await Promise.all([...steps, light]);
    expect(order.indexOf('light')).toBeLessThan(order.indexOf('c'));
    expect(pool.pids).toHaveLength(2);
  });

  it('end when there has been nothing to do for a while, the spare ones first', async () => {
    const day = 86_400_000;
    open({ most: 2, idle: { spare: 100, last: day } });
    // Both end at nearly the same time: each is a spare one then, and one stays all the same.
    await Promise.all([execute(800), execute(800)]);
    await expect.poll(() => pool.pids.length).toBe(1);
    await expect(execute(1)).resolves.toMatchObject({ device: 'cpu' });
    expect(pool.pids).toHaveLength(1);
    await pool[Symbol.asyncDispose]();
    open({ most: 2, idle: { spare: day, last: 100 } });
    await execute(1);
    await expect.poll(() => pool.pids.length).toBe(0);
    await expect(execute(1)).resolves.toMatchObject({ device: 'cpu' });
  });

  it('end also where what they were started for was done by others', async () => {
    open({ most: 2, idle: { spare: 100, last: 200 } });
    await execute(1);
    // The second waits long enough for another process to be started, which it does not need then.
    const both = Promise.all([execute(180), execute(1)]);
    await expect.poll(() => pool.pids.length, { interval: 5 }).toBe(2);
    await both;
    await expect.poll(() => pool.pids.length).toBe(0);
  });

  it('open their stores again where they could not before', async () => {
    const inTheWay = join(folder, 'artifacts');
    await writeFile(inTheWay, '');
    open({ most: 1 });
    await expect(execute(1)).rejects.toMatchObject({ code: expect.any(String) as string });
    const before = pool.pids;
    await rm(inTheWay);
    await expect(execute(1)).resolves.toMatchObject({ device: 'cpu' });
    expect(pool.pids).toEqual(before);
  });
});
