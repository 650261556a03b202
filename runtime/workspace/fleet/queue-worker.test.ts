import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionBackend, StepResult } from '@graft/graph';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import {
  openDatabaseStores,
  SentSteps,
  WorkerClaims,
  WorkerDirectory,
  type DatabaseStores,
} from '@graft/store/database';
import { queueOf, sentStep, workerFacts as facts } from '@graft/store/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueueWorker } from './queue-worker.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

const title = `a worker${postgres === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(postgres === undefined)(title, () => {
  let here: DatabaseStores;
  let there: DatabaseStores;
  let schemas = 0;
  beforeEach(async () => {
    const url = new URL(postgres?.address ?? 'postgres://none');
    schemas += 1;
    url.searchParams.set('schema', `worker_${String(schemas)}`);
    here = await openDatabaseStores(url.href);
    there = await openDatabaseStores(url.href);
    await here.leases.take('run/run');
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await there.close();
    await here.close();
  });

  const workerOf = (execute: ExecutionBackend['execute']): QueueWorker =>
    new QueueWorker({
      ...{ queue: queueOf(there), facts, log: () => undefined },
      backend: { models: [], execute },
    });
  const stateOf = async (id: string): Promise<string | undefined> =>
    (await new SentSteps(queueOf(here)).states([id])).get(id);

  it.each([
    {
      what: 'drained while it takes a step, finishes that step',
      tell: (worker: QueueWorker) => worker.drain(),
      state: 'ended',
    },
    {
      what: 'stopped while it takes a step, gives that step back',
      tell: (worker: QueueWorker) => worker[Symbol.asyncDispose](),
      state: 'queued',
    },
  ])('$what', async ({ tell, state }) => {
    const sent = new SentSteps(queueOf(here));
    const claim = WorkerClaims.prototype.claim;
    const worker = workerOf(async () => {
      await sleep(100);
      return { outputs: {}, device: 'cpu' };
    });
    const { id } = await sent.send(sentStep());
    const told = new Promise<void>((resolve) => {
      vi.spyOn(WorkerClaims.prototype, 'claim').mockImplementation(async function (
        this: WorkerClaims,
        ...args
      ) {
        const taken = await claim.apply(this, args);
        if (taken.length > 0) {
          resolve(tell(worker));
          await sleep(50);
        }
        return taken;
      });
    });
    await worker.start();
    await told;
    expect(await stateOf(id)).toBe(state);
    await worker[Symbol.asyncDispose]();
  });

  it('removes a cancelled step if the database’s answer was lost when it took it', async () => {
    const sent = new SentSteps(queueOf(here));
    const claim = WorkerClaims.prototype.claim;
    let lost = 0;
    vi.spyOn(WorkerClaims.prototype, 'claim').mockImplementation(async function (
      this: WorkerClaims,
      ...args
    ) {
      const taken = await claim.apply(this, args);
      if (taken.length > 0) lost += 1;
      // The answer was lost.
      return [];
    });
    const { id } = await sent.send(sentStep());
    const worker = workerOf(() => Promise.reject<StepResult>(new Error('not taken')));
    await worker.start();
    await expect.poll(() => lost).toBe(1);
    expect(await sent.cancel(id)).toBe(true);
    await expect.poll(() => stateOf(id), { timeout: 8_000 }).toBeUndefined();
    await worker[Symbol.asyncDispose]();
  });

  it('takes nothing under a name that it has lost', async () => {
    const { queries } = queueOf(here);
    const sent = new SentSteps(queueOf(here));
    let executed = 0;
    const worker = workerOf(async (_request, { signal }) => {
      executed += 1;
      if (executed === 1) {
        // It takes a while to end after others took the worker for dead.
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        await sleep(2_000);
      }
      await sleep(500);
      return { outputs: {}, device: 'cpu' };
    });
    await sent.send(sentStep({ cacheKey: 'first' }));
    await worker.start();
    await expect.poll(() => executed).toBe(1);
    await queries.deleteFrom('QueuedStep').execute();
    await queries.deleteFrom('Lease').where('name', 'like', 'worker/%').execute();
    // The worker has noticed, and waits for its step to end.
    await sleep(1_200);
    const { id } = await sent.send(sentStep({ cacheKey: 'second' }));
    const directory = new WorkerDirectory(queueOf(here));
    await expect
      .poll(async () => {
        await directory.look();
        return stateOf(id);
      })
      .toBe('ended');
    const [row] = await queries.selectFrom('QueuedStep').select('lost').execute();
    expect(row).toEqual({ lost: 0 });
    await worker[Symbol.asyncDispose]();
  });
});
