import { Outages, type OutageChange } from '@graft/graph';
import { noPostgres, startPostgres, TestProxy } from '@graft/kit/testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { readPostgresAddress } from './postgres-address.ts';
import { PostgresConnections, type PostgresLink } from './postgres-connections.ts';

const server = await startPostgres();
afterAll(() => server?.stop());

/** Connections that are all in use, and the outages from then on. */
async function allInUse(
  address: string,
  { outages = new Outages(), probe = 60_000 } = {},
): Promise<{
  connections: PostgresConnections;
  links: PostgresLink[];
  changes: readonly OutageChange[];
}> {
  const times = { connect: 1_000, probe };
  const connections = new PostgresConnections(readPostgresAddress(address), outages, times);
  const links: PostgresLink[] = [];
  onTestFinished(async () => {
    for (const link of links) link.release(true);
    await connections.close();
  });
  while (links.length < 8) links.push(await connections.acquire());
  const changes: OutageChange[] = [];
  outages.listen((change) => changes.push(change));
  return { connections, links, changes };
}

const title = `connections to Postgres that are all in use${server === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(server === undefined)(title, () => {
  const address = server?.address ?? 'postgres://none';

  it('are no outage: a request waits for a free one', async () => {
    const { connections, links, changes } = await allInUse(address);
    const waiting = connections.acquire();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    links.shift()?.release();
    const link = await waiting;
    links.push(link);
    await link.query('SELECT 1', []);
    expect(changes).toEqual([]);
  });

  it('are an outage where the server is silent too', async () => {
    await using proxy = await TestProxy.to(address);
    const outages = new Outages();
    const given = { outages, probe: 200 };
    const { connections, links } = await allInUse(proxy.through(address), given);
    proxy.hold();
    const waiting = connections.acquire();
    await expect.poll(() => outages.all).toHaveLength(1);
    proxy.pass();
    await expect.poll(() => outages.all).toEqual([]);
    links.shift()?.release();
    const link = await waiting;
    links.push(link);
    await link.query('SELECT 1', []);
  });

  it('fail what has waited for longer than it may', async () => {
    const { connections, changes } = await allInUse(address, { outages: new Outages(100) });
    await expect(connections.acquire()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('are busy') as string,
    });
    expect(changes).toEqual([]);
  });
});
