import { noPostgres, startPostgres, TestProxy } from '@graft/kit/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, run, stamp, step } from '../testing/contract/run-store.ts';
import { queueOf, sentStep } from '../testing/queue.ts';
import { openDatabaseStores, type DatabaseStores } from './open.ts';
import { SentSteps } from './sent-steps.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

const title = `a connection that ends before the answer${postgres === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(postgres === undefined)(title, () => {
  let proxy: TestProxy;
  let stores: DatabaseStores;
  let schemas = 0;
  beforeEach(async () => {
    const address = postgres?.address ?? 'postgres://none';
    proxy = await TestProxy.to(address);
    const url = new URL(proxy.through(address));
    schemas += 1;
    url.searchParams.set('schema', `lost_${String(schemas)}`);
    stores = await openDatabaseStores(url.href);
  });
  afterEach(async () => {
    await stores.close();
    await proxy[Symbol.asyncDispose]();
  });

  /** Does something whose answer to a statement is lost. */
  async function losing<T>(statement: string, work: () => Promise<T>): Promise<T> {
    proxy.loseAnswer(statement);
    const done = await work();
    expect(proxy.isToLose).toBe(false);
    return done;
  }

  it('begins, records and ends a run once', async () => {
    const { runs } = stores;
    await losing('COMMIT', () => runs.create(run('a')));
    const events = stamp(
      'a',
      1,
      { type: 'run.started', file: 'a', nodes: [] },
      finished(step('s')),
    );
    await losing('COMMIT', () => runs.append('a', events));
    await runs.append('a', stamp('a', 3, finished(step('t'))));
    expect((await runs.events('a', 0, 9)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    // It is ended; only this process does not know.
    const end = { status: 'succeeded', finishedAt: 3 } as const;
    await losing('COMMIT', () => runs.finish('a', end).catch(() => undefined));
    expect((await runs.get('a'))?.status).toBe('succeeded');
    expect(await stores.leases.isOwned('run/a')).toBeUndefined();
  });

  it('takes and gives back leases', async () => {
    const { leases } = stores;
    const lease = await losing('insert into', () => leases.take('collection', { patience: 0 }));
    await lease.check();
    await losing('delete from', () => lease.release());
    expect(await leases.isOwned('collection')).toBeUndefined();
    await using _again = await leases.take('collection', { patience: 0 });
  });

  it('records a step once, and gives its lease back', async () => {
    const { actions, leases } = stores;
    await leases.claim('k', {});
    const record = { key: 'k', nodeType: 't', outputs: {}, ms: 1, createdAt: 1 };
    await losing('COMMIT', () => actions.putMany([record]));
    expect((await actions.getMany(['k'])).has('k')).toBe(true);
    expect(await leases.isOwned('step/k')).toBeUndefined();
  });

  it('queues a step once', async () => {
    const queue = queueOf(stores);
    await stores.runs.create(run('a'));
    const sent = new SentSteps(queue);
    const { id } = await losing('COMMIT', () => sent.send(sentStep({ runId: 'a' })));
    const rows = await queue.queries.selectFrom('QueuedStep').select(['id']).execute();
    expect(rows).toEqual([{ id }]);
  });
});
