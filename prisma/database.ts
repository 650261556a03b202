import { Outages } from '@graft/graph';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely } from 'kysely';
import { databaseError } from './database-error.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { Database } from './open-database.ts';
import { migrate } from './migrations.ts';
import { sqliteMigrations } from './migrations.gen.ts';
import { isPostgresAddress } from './postgres-address.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Tables } from './tables.gen.ts';

/**
 * Opens a database, making its tables where there are none, and applies pending migrations: SQLite in the file at `place`, or
 * Postgres, if it is an address (`postgres://…`). Several processes may have it open. Throws GraphError: `store-locked`
 * (another program holds it), `store-damaged` (damaged, or no database of ours), `newer-format`, `no-space`, `unavailable`.
 * Once Postgres has answered, requests wait for it while it is away; `outages` tells of that. In a bundle the drivers
 * `libsql`, a native binding picked by platform, and `pg` stay external.
 */
export async function openDatabase(place: string, outages = new Outages()): Promise<Database> {
  if (!isPostgresAddress(place)) return openSqlite(place);
  // The driver takes time to load, and most people have no Postgres.
  const { openPostgres } = await import('./postgres-database.ts');
  return openPostgres(place, outages);
}

/** Asks a Postgres database for its version, and changes nothing in it. Throws as `openDatabase` does. */
export async function reachPostgres(
  place: string,
): Promise<{ readonly shown: string; readonly version: string }> {
  const { postgresVersion } = await import('./postgres-database.ts');
  return postgresVersion(place);
}

async function openSqlite(path: string): Promise<Database> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw databaseError(error, path);
  }
  const connection = await SqliteConnection.open(path);
  try {
    await migrate(connection, sqliteMigrations);
  } catch (error) {
    connection.close();
    throw error;
  }
  const queries = new Kysely<Tables>({ dialect: sqliteDialect(connection) });
  const close = (): Promise<void> => queries.destroy();
  return {
    kind: 'sqlite',
    shown: path,
    queries,
    startHeartbeat: (owner) => startHeartbeat(path, owner),
    close,
    [Symbol.asyncDispose]: close,
  };
}
