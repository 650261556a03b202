import type { Outages } from '@graft/graph';
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresAddress } from './postgres-address.ts';
import {
  busyPool,
  isBusyPool,
  isUnreachable,
  lostConnection,
  postgresError,
} from './postgres-error.ts';

/** Connections of one process at once. */
const most = 8;
/** Milliseconds after which a statement without an answer makes us ask whether the server still answers others. */
const silentMs = 15_000;
/** Milliseconds between two tries to reach the server, at first and at most. */
const firstPause = 50;
const longestPause = 1_000;

/** Milliseconds. */
export interface ConnectionTimes {
  /** To wait for one connection: for a new one, or for one of this process that is in use. */
  readonly connect: number;
  /** To wait for the server's answer to the question whether it still answers. */
  readonly probe: number;
}
const usualTimes: ConnectionTimes = { connect: 10_000, probe: 5_000 };

/** One connection, from when it is acquired until it is released. */
export interface PostgresLink {
  /** Runs one statement. */
  query(sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult<unknown[]>>;
  /** Runs statements separated by semicolons. */
  script(sql: string): Promise<void>;
  /** `isLost`: the connection is of no use any more. */
  release(isLost?: boolean): void;
}

/**
 * Connections to one Postgres database. What the driver throws is a GraphError with the reason. A server that has answered
 * before is waited for; the first request of a process does not wait.
 */
export class PostgresConnections {
  readonly address: PostgresAddress;
  readonly #pool: pg.Pool;
  readonly #outages: Outages;
  readonly #times: ConnectionTimes;
  #reached = false;
  /** While the server is asked whether it answers. */
  #probing: Promise<boolean> | undefined;

  constructor(address: PostgresAddress, outages: Outages, times = usualTimes) {
    this.address = address;
    this.#outages = outages;
    this.#times = times;
    this.#pool = new pg.Pool({
      connectionString: address.connection,
      application_name: 'graft',
      max: most,
      connectionTimeoutMillis: times.connect,
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
        throw isUnreachable(error) ? lostConnection(error, shown) : postgresError(error, shown);
      }
    };
    return {
      query: (sql, parameters) =>
        translated(this.#watched(client, client.query(sql, [...parameters]))),
      script: async (sql) => {
        await translated(this.#watched(client, client.query(sql)));
      },
      release: (isLost = false) => {
        client.release(isLost);
      },
    };
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  /**
   * Ends the connection of a statement that takes long while the server answers nobody: a network that is cut says nothing
   * for a quarter of an hour.
   */
  async #watched<T>(client: pg.PoolClient, work: Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      void this.#isSilent().then((isSilent) => {
        if (isSilent && client instanceof pg.Client) client.end().catch(() => undefined);
      });
    }, silentMs).unref();
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }

  /** One question at a time is enough for all who ask. */
  #isSilent(): Promise<boolean> {
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  async #probe(): Promise<boolean> {
    const probe = new pg.Client({
      connectionString: this.address.connection,
      application_name: 'graft probe',
      connectionTimeoutMillis: this.#times.probe,
    });
    probe.on('error', () => undefined);
    try {
      await probe.connect();
      return false;
    } catch (error) {
      // Also a refusal is an answer.
      return !(error instanceof pg.DatabaseError) && isUnreachable(error);
    } finally {
      probe.end().catch(() => undefined);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    const deadline = performance.now() + (this.#reached ? this.#outages.patience : 0);
    let found: (() => void) | undefined;
    try {
      for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
        try {
          const client = await this.#pool.connect();
          this.#reached = true;
          return client;
        } catch (error) {
          const { shown } = this.address;
          // The server may answer, while this process uses all its connections.
          const isBusy = isBusyPool(error) && !(await this.#isSilent());
          if (!isUnreachable(error) || performance.now() > deadline) {
            throw isBusy ? busyPool(error, shown) : postgresError(error, shown);
          }
          if (isBusy) {
            found?.();
            found = undefined;
          } else {
            found ??= this.#outages.wait(shown);
            await sleep(pause);
          }
        }
      }
    } finally {
      found?.();
    }
  }
}
