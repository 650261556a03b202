import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresAddress } from './postgres-address.ts';
import { isUnreachable, postgresError } from './postgres-error.ts';

/** Connections of one process at once. */
const most = 8;
/** Milliseconds to wait for one connection. */
const connectMs = 10_000;
/** Milliseconds that a query waits for a server that restarts; the first one of a process does not wait. */
const restartMs = 30_000;

/** One connection, from when it is acquired until it is released. */
export interface PostgresLink {
  /** Runs one statement. */
  query(sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult<unknown[]>>;
  /** Runs statements separated by semicolons. */
  script(sql: string): Promise<void>;
  release(): void;
}

/** Connections to one Postgres database. What the driver throws is a GraphError with the reason. */
export class PostgresConnections {
  readonly address: PostgresAddress;
  readonly #pool: pg.Pool;
  #reached = false;

  constructor(address: PostgresAddress) {
    this.address = address;
    this.#pool = new pg.Pool({
      connectionString: address.connection,
      application_name: 'graft',
      max: most,
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
      allowExitOnIdle: true,
    });
    // A connection that is lost while nobody uses it is replaced; one in use fails its query.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async acquire(): Promise<PostgresLink> {
    const client = await this.#connect();
    const { shown } = this.address;
    const translated = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        throw postgresError(error, shown);
      }
    };
    return {
      query: (sql, parameters) => translated(client.query(sql, [...parameters])),
      script: async (sql) => {
        await translated(client.query(sql));
      },
      release: () => {
        client.release();
      },
    };
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  /** Nothing has been sent yet, so trying again is safe. */
  async #connect(): Promise<pg.PoolClient> {
    const deadline = performance.now() + (this.#reached ? restartMs : 0);
    for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
      try {
        const client = await this.#pool.connect();
        this.#reached = true;
        return client;
      } catch (error) {
        if (!isUnreachable(error) || performance.now() > deadline) {
          throw postgresError(error, this.address.shown);
        }
        await sleep(pause);
      }
    }
  }
}
