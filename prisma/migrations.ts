import { createHash, randomUUID } from 'node:crypto';
import { GraphError } from '@graft/graph';
import { z } from 'zod';
import type { SqliteConnection } from './sqlite-connection.ts';

export interface Migration {
  /** Name of its folder: `0001_init`. */
  readonly name: string;
  readonly sql: string;
}

/** "Grft", in the file's header: tells our databases from those of other programs. */
const applicationId = 0x47726674;

/** Prisma's own table, so that its tools see which migrations were applied. */
const historyTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "checksum" TEXT NOT NULL,
  "finished_at" DATETIME,
  "migration_name" TEXT NOT NULL,
  "logs" TEXT,
  "rolled_back_at" DATETIME,
  "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

async function pragma(
  connection: SqliteConnection,
  name: 'application_id' | 'user_version',
): Promise<number> {
  const { rows } = await connection.run(`PRAGMA ${name}`);
  const [row] = z.array(z.record(z.string(), z.number())).parse(rows);
  return row?.[name] ?? 0;
}

async function checkOwner(connection: SqliteConnection): Promise<void> {
  if (await isOurs(connection)) return;
  throw new GraphError(
    'store-damaged',
    `${connection.path} is a database of another program. Move it away, or give Graft another state folder.`,
    { location: { file: connection.path }, audience: 'operator' },
  );
}

/** Of one moment: another process may be making it. */
async function isOurs(connection: SqliteConnection): Promise<boolean> {
  await connection.run('BEGIN');
  try {
    const id = await pragma(connection, 'application_id');
    if (id === applicationId) return true;
    const { rows } = await connection.run('SELECT 1 FROM sqlite_master LIMIT 1');
    return rows.length === 0 && id === 0;
  } finally {
    await connection.run('COMMIT');
  }
}

/** What Prisma's history says of a migration. */
export function appliedMigration({ name, sql }: Migration): {
  readonly id: string;
  readonly checksum: string;
  readonly name: string;
} {
  return { id: randomUUID(), checksum: createHash('sha256').update(sql).digest('hex'), name };
}

async function apply(connection: SqliteConnection, migration: Migration): Promise<void> {
  const startedAt = Date.now();
  await connection.script(migration.sql);
  const { id, checksum, name } = appliedMigration(migration);
  await connection.run(
    `INSERT INTO "_prisma_migrations"
      ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count") VALUES (?, ?, ?, ?, ?, 1)`,
    [id, checksum, name, startedAt, Date.now()],
  );
}

/**
 * Applies those migrations that the database lacks, all or none. The header's `user_version` counts the
 * applied ones, so an up-to-date database costs one read. A newer one throws `newer-format`.
 */
export async function migrate(
  connection: SqliteConnection,
  migrations: readonly Migration[],
): Promise<void> {
  const before = await pragma(connection, 'user_version');
  if (before === 0) await checkOwner(connection);
  if (before > migrations.length) {
    throw new GraphError(
      'newer-format',
      `${connection.path} was written by a newer Graft (schema ${before}; this one knows ${migrations.length}). Update Graft, or give this version another state folder.`,
      { location: { file: connection.path } },
    );
  }
  if (before === migrations.length) return;
  // Prisma's migrations rebuild tables, which foreign keys must not see; inside a transaction this is fixed.
  await connection.run('PRAGMA foreign_keys = OFF');
  await connection.run('BEGIN IMMEDIATE');
  try {
    // Another process may have been first.
    const applied = await pragma(connection, 'user_version');
    await connection.script(historyTable);
    for (const migration of migrations.slice(applied)) await apply(connection, migration);
    await connection.script(
      `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${Math.max(applied, migrations.length)}`,
    );
    await connection.run('COMMIT');
  } catch (error) {
    if (connection.inTransaction) await connection.run('ROLLBACK');
    throw error;
  } finally {
    await connection.run('PRAGMA foreign_keys = ON');
  }
}
