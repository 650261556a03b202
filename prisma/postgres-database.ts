import { Outages } from '@graft/graph';
import { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from './open-database.ts';
import { startPostgresHeartbeat } from './postgres-heartbeat.ts';
import { postgresNotices } from './postgres-notices.ts';
import { readPostgresAddress } from './postgres-address.ts';
import { PostgresConnections } from './postgres-connections.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { migratePostgres } from './postgres-migrate.ts';
import { postgresMigrations } from './postgres-migrations.gen.ts';
import type { Tables } from './tables.gen.ts';

const versionSchema = z.tuple([z.object({ server_version: z.string() })]);

/** The version of the server at an address, where this user may use its database. */
export async function postgresVersion(
  place: string,
): Promise<{ readonly shown: string; readonly version: string }> {
  const address = readPostgresAddress(place);
  const connections = new PostgresConnections(address, new Outages());
  try {
    const link = await connections.acquire();
    try {
      const { rows } = await link.query('SHOW server_version', []);
      return { shown: address.shown, version: versionSchema.parse(rows)[0].server_version };
    } finally {
      link.release();
    }
  } finally {
    await connections.close();
  }
}

/** Opens the Postgres database at an address, and applies pending migrations to its schema. */
export async function openPostgres(place: string, outages: Outages): Promise<Database> {
  const address = readPostgresAddress(place);
  const connections = new PostgresConnections(address, outages);
  try {
    await migratePostgres(connections, postgresMigrations);
  } catch (error) {
    await connections.close();
    throw error;
  }
  const dialect = postgresDialect(connections);
  // The name stands in each statement: a pooler between would lose a search path.
  const queries = new Kysely<Tables>({ dialect }).withSchema(address.schema);
  const close = (): Promise<void> => queries.destroy();
  return {
    kind: 'postgres',
    shown: address.shown,
    queries,
    startHeartbeat: (owner) => startPostgresHeartbeat(address, owner),
    notices: postgresNotices(address),
    close,
    [Symbol.asyncDispose]: close,
  };
}
