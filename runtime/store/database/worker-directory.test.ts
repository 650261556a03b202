import type { StepRequest } from '@graft/graph';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { openDatabase, type Database } from '@graft/prisma';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Leases } from './leases.ts';
import type { QueueParts, WorkerFacts } from './queued-step.ts';
import { SentSteps } from './sent-steps.ts';
import { WorkerClaims } from './worker-claims.ts';
import { WorkerDirectory } from './worker-directory.ts';
import { WorkerOverview } from './worker-overview.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

const facts: WorkerFacts = {
  ...{ queues: ['cpu'], version: 'v1', slots: 2, store: 's3', devices: ['cpu'] },
  shown: 'a machine',
};

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

  function processOf(name: string): QueueParts {
    const { queries, notices } = database;
    if (notices === undefined) throw new Error('no notices');
    const leases = new Leases(
      { kind: 'postgres', queries, startHeartbeat: () => ({ stop: async () => undefined }) },
      { owner: `1-1@ffffff.ffffff.ffffff-${name}` },
    );
    return { queries, notices, leases };
  }

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
    const request: StepRequest = {
      ...{
        runId: 'gone',
        node: 'n',
        type: 't',
        lane: 'light',
        params: {},
        inputs: {},
        sources: [],
      },
      ...{ inputFacets: {}, cacheKey: 'k', familyParts: [], device: 'cpu' },
    };
    const row = { queue: 'cpu', version: 'v1', turn: 0, ahead: 0 };
    const lease = await first.leases.take('run/gone');
    await new SentSteps(first).send({ ...row, request });
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    await worker.claim(1, { free: 1, all: 1, workers: [] });
    await lease.release();
    await second.leases.take('run/here');
    await new SentSteps(second).send({ ...row, request: { ...request, runId: 'here' } });
    const { workers } = await new WorkerOverview(processOf('looker')).look();
    expect(workers).toMatchObject([{ steps: [{ runId: 'here' }] }]);
  });
});
