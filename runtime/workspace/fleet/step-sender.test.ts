import type { StepResult } from '@graft/graph';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import {
  openDatabaseStores,
  SentSteps,
  WorkerClaims,
  type DatabaseStores,
} from '@graft/store/database';
import { queueOf, sentStep, stepRequest, workerFacts } from '@graft/store/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StepSender } from './step-sender.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

const result: StepResult = {
  outputs: { rows: { digest: 'd', mediaType: '', size: 1 } },
  device: 'cpu',
};

const title = `sent steps${postgres === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(postgres === undefined)(title, () => {
  let here: DatabaseStores;
  let dead: DatabaseStores;
  let schemas = 0;
  beforeEach(async () => {
    const url = new URL(postgres?.address ?? 'postgres://none');
    schemas += 1;
    url.searchParams.set('schema', `sender_${String(schemas)}`);
    here = await openDatabaseStores(url.href);
    dead = await openDatabaseStores(url.href);
  });
  afterEach(async () => {
    await dead.close();
    await here.close();
  });

  it('end when they are cancelled while the store of their inherited results is away', async () => {
    const lease = await dead.leases.take('run/dead');
    await new SentSteps(queueOf(dead)).send(sentStep({ runId: 'dead' }));
    await using worker = await WorkerClaims.register(queueOf(dead), workerFacts);
    const [taken] = await worker.claim(1, { free: 1, all: 1, workers: [] });
    await worker.end(taken?.claim ?? '', { type: 'done', result }, []);
    await lease.release();

    await here.leases.take('run/here');
    const controller = new AbortController();
    await using sender = new StepSender({
      ...{ queue: queueOf(here), version: 'v1', store: 's3' },
      artifacts: {
        has: () => {
          controller.abort(new Error('cancelled'));
          return new Promise<never>(() => undefined);
        },
      },
    });
    const executed = sender.execute(stepRequest({ runId: 'here' }), {
      signal: controller.signal,
      report: () => undefined,
    });
    const late = new Promise((resolve) => setTimeout(resolve, 2_000, 'late'));
    await expect(Promise.race([executed, late])).rejects.toThrow('cancelled');
  });
});
