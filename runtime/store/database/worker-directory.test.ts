import { noPostgres, startPostgres } from '@graft/kit/testing';
import { openDatabase, type Database } from '@graft/prisma';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processElsewhere, sentStep, workerFacts as facts } from '../testing/queue.ts';
import type { QueueParts } from './queued-step.ts';
import { SentSteps } from './sent-steps.ts';
import { WorkerClaims } from './worker-claims.ts';
import { WorkerDirectory } from './worker-directory.ts';
import { WorkerOverview } from './worker-overview.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

const title = `workers${postgres === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(postgres === undefined)(title, () => {
  let database: Database;
  let schemas = 0;
  beforeEach(async () => {
    const url = new URL(postgres?.address ?? 'postgres://none');
    schemas += 1;
    url.searchParams.set('schema', `directory_${String(schemas)}`);
    database = await openDatabase(url.href);
  });
  afterEach(() => database.close());

  const processOf = (name: string): QueueParts => processElsewhere(database, name);

  it.each(['before', 'after'])('stay that begin %s a look has read who lives', async (moment) => {
    const looker = processOf('looker');
    const begin = () => WorkerClaims.register(processOf('worker'), facts);
    /** Its leases, read while a worker begins. */
    const leases = new Proxy(looker.leases, {
      get: (target, name) =>
        name === 'living'
          ? async (prefix: string) => {
              if (moment === 'before') await begin();
              const living = await target.living(prefix);
              if (moment === 'after') await begin();
              return living;
            }
          : Reflect.get(target, name, target),
    });
    await new WorkerDirectory({ ...looker, leases }).look();
    expect(await new WorkerDirectory(looker).look()).toMatchObject([facts]);
  });

  it('are shown with the run that inherited their step', async () => {
    const [first, second] = [processOf('first'), processOf('second')];
    const lease = await first.leases.take('run/gone');
    await new SentSteps(first).send(sentStep({ runId: 'gone' }));
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    await worker.claim(1, { free: 1, all: 1, workers: [] });
    await lease.release();
    await second.leases.take('run/here');
    await new SentSteps(second).send(sentStep({ runId: 'here' }));
    const { workers } = await new WorkerOverview(processOf('looker')).look();
    expect(workers).toMatchObject([{ steps: [{ runId: 'here' }] }]);
  });
});
