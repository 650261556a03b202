import { createRequire } from 'node:module';
import { beatFromThread, type Heartbeat } from './heartbeat.ts';
import type { PostgresAddress } from './postgres-address.ts';

/**
 * What the thread runs; see `heartbeat.ts`. It skips rows that are locked at the moment: their owner is at work on them, and
 * whoever never waits never deadlocks. The time limit of a query is kept here, not by the server: PgBouncer refuses
 * `statement_timeout`, and a server that fell silent would not keep it. Nor does the end wait for such a server.
 */
const thread = `
const { parentPort, workerData } = require('node:worker_threads');
const { Client } = require(workerData.driver);
let client;
let beating;
const connect = async () => {
  const next = new Client({
    connectionString: workerData.connection,
    application_name: 'graft heartbeat',
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
    keepAlive: true,
  });
  next.on('error', () => { if (client === next) client = undefined; });
  await next.connect();
  client = next;
};
const beat = async () => {
  try {
    if (client === undefined) await connect();
    await client.query(workerData.sql, [workerData.owner]);
  } catch {
    const lost = client;
    client = undefined;
    await lost?.end().catch(() => undefined);
  }
};
const tick = () => { beating ??= beat().finally(() => { beating = undefined; }); };
const timer = setInterval(tick, workerData.every);
parentPort.once('message', async () => {
  clearInterval(timer);
  await beating;
  setTimeout(() => process.exit(), 2000).unref();
  await client?.end().catch(() => undefined);
});
tick();
`;

/** As `startHeartbeat`, for a Postgres database. */
export function startPostgresHeartbeat(address: PostgresAddress, owner: string): Heartbeat {
  const lease = `"${address.schema}"."Lease"`;
  const sql = `UPDATE ${lease} SET "beat" = "beat" + 1 WHERE "name" IN
    (SELECT "name" FROM ${lease} WHERE "owner" = $1 FOR NO KEY UPDATE SKIP LOCKED)`;
  const driver = createRequire(import.meta.url).resolve('pg');
  return beatFromThread(thread, { driver, connection: address.connection, sql, owner });
}
