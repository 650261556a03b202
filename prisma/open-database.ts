import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Heartbeat } from './heartbeat.ts';
import type { Tables } from './tables.gen.ts';

/** Queries on the database, or on a transaction of it. */
export type Queries = Kysely<Tables>;

/** Milliseconds since the epoch by the clock of a Postgres server, and some more: all machines compare by this one. */
export function serverClock(more: number): RawBuilder<number> {
  return sql<number>`extract(epoch from clock_timestamp()) * 1000 + ${more}::float8`;
}

/**
 * Short messages between the processes that have a database open. A message may get lost, so a process that waits for one also
 * polls the tables.
 */
export interface Notices {
  /** Tells all who listen, once `tx` commits. */
  send(tx: Queries, text: string): Promise<void>;
  /** Calls `heard` with each text, and with undefined once it listens anew: some may have been lost. */
  listen(heard: (text: string | undefined) => void): AsyncDisposable;
}

/** An open database. */
export interface Database extends AsyncDisposable {
  readonly kind: 'sqlite' | 'postgres';
  /** The file, or the server's address without its password: for messages. */
  readonly shown: string;
  /** Queries that SQLite and Postgres both take. What the database refuses is a GraphError with its reason. */
  readonly queries: Queries;
  /** Counts up the beats of all leases of `owner`. */
  startHeartbeat(owner: string): Heartbeat;
  /** Absent: one machine alone has the database. */
  readonly notices?: Notices;
  close(): Promise<void>;
}
