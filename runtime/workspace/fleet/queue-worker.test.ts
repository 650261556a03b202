import { setTimeout as sleep } from 'node:timers/promises';
import { type ExecutionBackend, type StepRequest, type StepResult } from '@graft/graph';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import {
  openDatabaseStores,
  SentSteps,
  WorkerClaims,
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
});
