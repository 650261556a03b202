import type { Kysely } from 'kysely';
import type { Heartbeat } from './heartbeat.ts';
import type { Tables } from './tables.gen.ts';

/** Queries on the database, or on a transaction of it. */
export type Queries = Kysely<Tables>;

/** An open database. */
export interface Database extends AsyncDisposable {
  readonly kind: 'sqlite' | 'postgres';
  /** The file, or the server's address without its password: for messages. */
  readonly shown: string;
  /** Queries that SQLite and Postgres both take. What the database refuses is a GraphError with its reason. */
  readonly queries: Queries;
  /** Counts up the beats of all leases of `owner`. */
  startHeartbeat(owner: string): Heartbeat;
  close(): Promise<void>;
}
