import { Outages } from '@graft/graph';
import { noPostgres, startPostgres, TestProxy } from '@graft/kit/testing';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { inTransaction } from './transactions.ts';

const server = await startPostgres();
afterAll(() => server?.stop());

const title = `a network to Postgres${server === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(server === undefined)(title, () => {
  it('that is cut in silence is noticed, and what was cut off is done again', async () => {
    const address = server?.address ?? '';
    await using proxy = await TestProxy.to(address);
    const outages = new Outages();
    await using database = await openDatabase(proxy.through(address), outages);
    let tries = 0;
    const cut = inTransaction(database.queries, async (tx) => {
      tries += 1;
      await sql`SELECT 1`.execute(tx);
      if (tries === 1) proxy.hold();
      await sql`SELECT 2`.execute(tx);
    });
    await expect.poll(() => outages.all).toHaveLength(1);
    proxy.refuse();
    proxy.pass();
    await cut;
    expect(tries).toBe(2);
    // A statement that takes longer than the silence is not cut off.
    await sql`SELECT pg_sleep(32)`.execute(database.queries);
    expect(outages.all).toEqual([]);
  });
});
