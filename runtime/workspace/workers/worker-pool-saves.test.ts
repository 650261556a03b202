import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { StepRequest, StepSignal } from '@graft/graph';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { WorkerPool } from './worker-pool.ts';

let bundle: Bundle;
let folder: string;
let pool: WorkerPool;
let waited: number;

beforeAll(async () => {
  bundle = await bundleTestWorker();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-pool-saves-'));
  waited = 0;
  pool = new WorkerPool({
    entry: bundle.entry,
    worker: { root: folder, stateFolder: folder, modelsFolder: folder, threads: 2 },
    ...{ steps: 'together', most: 1 },
    savesOnClose: () => (waited += 1),
  });
});
afterEach(async () => {
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

class Step {
  readonly said: StepSignal[] = [];
  readonly #controller = new AbortController();
  readonly code: Promise<unknown>;

  constructor(type: string, params: object) {
    const request: StepRequest = {
      ...{ runId: 'r', node: type, type, params: { ...params }, cacheKey: 'k', lane: 'training' },
      ...{ inputs: {}, sources: [], inputFacets: {}, familyParts: [], device: 'cpu' },
    };
    const report = (signal: StepSignal): unknown => this.said.push(signal);
    this.code = pool.execute(request, { signal: this.#controller.signal, report }).then(
      () => 'done',
      (error: unknown) => error,
    );
  }

  /** Where it began. */
  get from(): number | undefined {
    const begun = this.said.find((one) => one.type === 'checkpoint');
    return begun?.checkpoint.step;
  }

  cancel(): void {
    this.#controller.abort();
  }
}

const cancelled: unknown = expect.objectContaining({ code: 'cancelled' });
/** A training that saves once it may. */
const train = (): Step => new Step('saving', { until: join(folder, 'may-save') });
const letSave = (): void => writeFileSync(join(folder, 'may-save'), '');

/** Where a test host keeps them. */
const saved = (): boolean => existsSync(join(folder, 'scratch-checkpoints', 'k', 'saved'));

it('lets the run of a cancelled training end while it saves, and leaves its process to others', async () => {
  const training = train();
  await expect.poll(() => training.from).toBe(0);
  const mayEnd = join(folder, 'may-end');
  const other = new Step('shared-hold', { until: mayEnd });
  await expect.poll(() => other.said).not.toEqual([]);
  const before = pool.pids;
  training.cancel();
  expect(await training.code).toEqual(cancelled);
  const told = training.said.length;
  expect(saved()).toBe(false);
  letSave();
  await expect.poll(saved).toBe(true);
  writeFileSync(mayEnd, '');
  expect(await other.code).toBe('done');
  expect(pool.pids).toEqual(before);
  // Its run has ended: nobody is told any more.
  expect(training.said).toHaveLength(told);
});

it('has the next one wait for what is saved, and continue from there', async () => {
  const training = train();
  await expect.poll(() => training.from).toBe(0);
  training.cancel();
  expect(await training.code).toEqual(cancelled);
  const next = train();
  await expect.poll(() => next.said).toContainEqual({ type: 'waiting', waiting: true });
  letSave();
  await expect.poll(() => next.from).toBe(15);
  expect(next.said.filter(({ type }) => type === 'waiting')).toEqual([
    { type: 'waiting', waiting: true },
    { type: 'waiting', waiting: false },
  ]);
  next.cancel();
  expect(await next.code).toEqual(cancelled);
});

it('waits for what is saved when it is closed, and says so', async () => {
  const training = train();
  await expect.poll(() => training.from).toBe(0);
  training.cancel();
  expect(await training.code).toEqual(cancelled);
  const closed = pool[Symbol.asyncDispose]();
  expect(waited).toBe(1);
  expect(saved()).toBe(false);
  letSave();
  await closed;
  expect(saved()).toBe(true);
});

it('saves beside a cancelled step that does not stop', async () => {
  const training = train();
  await expect.poll(() => training.from).toBe(0);
  const deaf = new Step('stubborn', {});
  await expect.poll(() => deaf.said).not.toEqual([]);
  training.cancel();
  deaf.cancel();
  expect(await training.code).toEqual(cancelled);
  expect(await deaf.code).toEqual(cancelled);
  letSave();
  await expect.poll(saved).toBe(true);
});
