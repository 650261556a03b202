import { setTimeout as sleep } from 'node:timers/promises';
import { type ExecutionBackend, type StepRequest, type StepResult } from '@graft/graph';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import {
  openDatabaseStores,
  SentSteps,
  WorkerClaims,
  WorkerDirectory,
  type DatabaseStores,
  type QueueParts,
  type WorkerFacts,
} from '@graft/store/database';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueueWorker } from './queue-worker.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

const facts: WorkerFacts = {
  ...{ queues: ['cpu'], version: 'v', slots: 2, store: 'folder', devices: ['cpu'] },
  shown: 'a machine',
};
const request: StepRequest = {
  ...{ runId: 'run', node: 'n', type: 't', lane: 'light', params: {}, inputs: {}, sources: [] },
  ...{ inputFacets: {}, cacheKey: 'k', familyParts: [], device: 'cpu' },
};

const title = `a worker${postgres === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(postgres === undefined)(title, () => {
  let address: string;
  let here: DatabaseStores;
  let there: DatabaseStores;
  let schemas = 0;
  beforeEach(async () => {
    const url = new URL(postgres?.address ?? 'postgres://none');
    schemas += 1;
    url.searchParams.set('schema', `worker_${String(schemas)}`);
    address = url.href;
    here = await openDatabaseStores(address);
    there = await openDatabaseStores(address);
    await here.leases.take('run/run');
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await there.close();
    await here.close();
  });

  const queueOf = ({ queue }: DatabaseStores): QueueParts => {
    if (queue === undefined) throw new Error('no queue');
    return queue;
  };
  const send = (sent: SentSteps, cacheKey = 'k') =>
    sent.send({
      request: { ...request, cacheKey },
      ...{ queue: 'cpu', version: 'v', turn: 0, ahead: 0 },
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
      what: 'finishes a step that it is just taking when it is told to take no more',
      tell: (worker: QueueWorker) => worker.drain(),
      state: 'ended',
    },
    {
      what: 'leaves a step that it is just taking when it is told to end',
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
    const { id } = await send(sent);
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

  it('forgets a step that it does not know to have taken, and that was cancelled', async () => {
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
    const { id } = await send(sent);
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
    await send(sent, 'first');
    await worker.start();
    await expect.poll(() => executed).toBe(1);
    await queries.deleteFrom('QueuedStep').execute();
    await queries.deleteFrom('Lease').where('name', 'like', 'worker/%').execute();
    // The worker has noticed, and waits for its step to end.
    await sleep(1_200);
    const { id } = await send(sent, 'second');
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
