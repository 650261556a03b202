import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import type { Notices } from './open-database.ts';
import type { PostgresAddress } from './postgres-address.ts';

/** Milliseconds before a lost connection is made again, at least and at most. */
const shortestPause = 200;
const longestPause = 5_000;

/** Notices by `NOTIFY`, on a channel of the schema's own. A pooler that shares connections may swallow them. */
export function postgresNotices({ connection, schema }: PostgresAddress): Notices {
  const hash = createHash('sha256').update(schema).digest('hex').slice(0, 24);
  const channel = `graft_${hash}`;
  return {
    send: async (tx, text) => {
      await sql`SELECT pg_notify(${channel}, ${text})`.execute(tx);
    },
    listen: (heard) => new Listener({ connection, channel, heard }),
  };
}

interface ListenerParts {
  readonly connection: string;
  readonly channel: string;
  readonly heard: (text: string | undefined) => void;
}

/** A connection that listens, and is made again when it is lost. */
class Listener implements AsyncDisposable {
  readonly #parts: ListenerParts;
  #client: pg.Client | undefined;
  #again: NodeJS.Timeout | undefined;
  #pause = shortestPause;
  #closed = false;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
    void this.#connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const { connection, channel, heard } = this.#parts;
    const client = new pg.Client({
      connectionString: connection,
      application_name: 'graft notices',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    this.#client = client;
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    client.on('notification', ({ payload }) => {
      heard(payload ?? '');
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      this.#pause = shortestPause;
      heard(undefined);
    } catch {
      this.#lose(client);
    }
  }

  #lose(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => undefined);
    if (this.#closed) return;
    this.#again = setTimeout(() => void this.#connect(), this.#pause).unref();
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }
}
