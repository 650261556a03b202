import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely } from 'kysely';
import { databaseError } from './database-error.ts';
import { migrate } from './migrations.ts';
import { migrations } from './migrations.gen.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Tables } from './tables.gen.ts';

/** Queries on the database, or on a transaction of it. */
export type Queries = Kysely<Tables>;

/** An open database. */
export interface Database extends AsyncDisposable {
  readonly path: string;
  /** Queries that SQLite and Postgres both take. What the database refuses is a GraphError with its reason. */
  readonly queries: Queries;
  close(): Promise<void>;
}

/**
 * Opens the SQLite database at `path`, making it where there is none, and applies pending migrations.
 * Several processes may have it open. Throws GraphError: `store-locked` (another program holds it),
 * `store-damaged` (damaged, or no database of ours), `newer-format`, `no-space`, `unavailable`.
 * In a bundle `libsql`, a native binding picked by platform, stays external.
 */
export async function openDatabase(path: string): Promise<Database> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw databaseError(error, path);
  }
  const connection = await SqliteConnection.open(path);
  try {
    await migrate(connection, migrations);
  } catch (error) {
    connection.close();
    throw error;
  }
  const queries = new Kysely<Tables>({ dialect: sqliteDialect(connection) });
  const close = (): Promise<void> => queries.destroy();
  return { path, queries, close, [Symbol.asyncDispose]: close };
}
