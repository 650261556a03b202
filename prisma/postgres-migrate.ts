import { GraphError } from '@graft/graph';
import { z } from 'zod';
import { appliedMigration, type Migration } from './migrations.ts';
import type { PostgresConnections, PostgresLink } from './postgres-connections.ts';

/** "Grft": whoever migrates a schema of this database holds this lock. */
const migrationLock = 0x47726674;

/** Prisma's own table, so that its tools see which migrations were applied. */
const historyTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

const stateSchema = z.tuple([
  z.object({ exists: z.boolean(), hasHistory: z.boolean(), tables: z.coerce.number() }),
]);
const countSchema = z.tuple([z.object({ applied: z.coerce.number() })]);

/**
 * Applies those migrations that the schema lacks, all or none, and makes the schema where there is none. Throws
 * `newer-format`, and `store-damaged` where another program has its tables there.
 */
export async function migratePostgres(
  connections: PostgresConnections,
  migrations: readonly Migration[],
): Promise<void> {
  const link = await connections.acquire();
  try {
    const migrating = new SchemaMigration(link, connections.address);
    if ((await migrating.applied()) === migrations.length) return;
    await link.script('BEGIN');
    try {
      await link.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
      await migrating.apply(migrations);
      await link.script('COMMIT');
    } catch (error) {
      await link.script('ROLLBACK').catch(() => undefined);
      throw error;
    }
  } finally {
    link.release();
  }
}

class SchemaMigration {
  readonly #link: PostgresLink;
  readonly #schema: string;
  readonly #shown: string;

  constructor(link: PostgresLink, { schema, shown }: PostgresConnections['address']) {
    this.#link = link;
    this.#schema = schema;
    this.#shown = shown;
  }

  /** How many migrations the schema has had; undefined: there is no such schema. */
  async applied(): Promise<number | undefined> {
    const { rows } = await this.#link.query(
      `SELECT to_regnamespace($1) IS NOT NULL AS "exists",
        EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = '_prisma_migrations') AS "hasHistory",
        (SELECT count(*) FROM pg_tables WHERE schemaname = $1) AS "tables"`,
      [this.#schema],
    );
    const [{ exists, hasHistory, tables }] = stateSchema.parse(rows);
    if (!exists) return undefined;
    if (!hasHistory) {
      if (tables > 0) throw this.#foreign();
      return 0;
    }
    const history = await this.#link.query(
      `SELECT count(*) AS "applied" FROM "${this.#schema}"."_prisma_migrations"
        WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL`,
      [],
    );
    return countSchema.parse(history.rows)[0].applied;
  }

  /** Within a transaction that holds the lock. */
  async apply(migrations: readonly Migration[]): Promise<void> {
    // Another process may have been first.
    const before = await this.applied();
    const applied = before ?? 0;
    if (applied > migrations.length) throw this.#newer(applied, migrations.length);
    // Asking for one that is there takes a right that nobody else needs.
    if (before === undefined) await this.#link.script(`CREATE SCHEMA "${this.#schema}"`);
    await this.#link.script(`SET LOCAL search_path = "${this.#schema}"; ${historyTable}`);
    for (const migration of migrations.slice(applied)) {
      const startedAt = new Date();
      await this.#link.script(migration.sql);
      const { id, checksum, name } = appliedMigration(migration);
      await this.#link.query(
        `INSERT INTO "_prisma_migrations"
          ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count") VALUES ($1, $2, $3, $4, $5, 1)`,
        [id, checksum, name, startedAt, new Date()],
      );
    }
  }

  #newer(applied: number, known: number): GraphError {
    return new GraphError(
      'newer-format',
      `${this.#shown} was written by a newer Graft (schema ${String(applied)}; this one knows ${String(known)}). Update Graft, or give this version another database.`,
    );
  }

  #foreign(): GraphError {
    return new GraphError(
      'store-damaged',
      `The schema "${this.#schema}" of ${this.#shown} holds tables of another program. Name another one: add ?schema=NAME to GRAFT_DATABASE.`,
      { audience: 'operator' },
    );
  }
}
