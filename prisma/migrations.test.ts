import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { migrate, type Migration } from './migrations.ts';
import { sqliteMigrations as migrations } from './migrations.gen.ts';
import { postgresMigrations } from './postgres-migrations.gen.ts';
import { diagnose, sqlToReach } from './schema-engine.mjs';
import { schemaFor } from './schema.mjs';
import { SqliteConnection } from './sqlite-connection.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

describe.each([
  { provider: 'sqlite', committed: migrations, server: undefined },
  { provider: 'postgresql', committed: postgresMigrations, server: postgres?.address },
] as const)('the committed migrations of $provider', ({ provider, committed, server }) => {
  const missing = provider === 'postgresql' && server === undefined;

  it('make the tables of the template: run `npx tsx prisma/migrate.mjs <name>` when not', async ({
    skip,
  }) => {
    if (missing) return skip(noPostgres);
    expect(await sqlToReach(schemaFor(provider), committed, server)).toBe('');
  });

  it('are numbered without gaps', () => {
    expect(committed.map(({ name }) => name.slice(0, 4))).toEqual(
      committed.map((_, index) => String(index + 1).padStart(4, '0')),
    );
  });

  it('are missed when the template has something that they lack', async ({ skip }) => {
    if (missing) return skip(noPostgres);
    const schema = schemaFor(provider).replace(
      'nodeType  String',
      'nodeType  String\n  extra Int?',
    );
    expect(await sqlToReach(schema, committed, server)).toContain('ADD COLUMN');
  });
});

describe('each migration', () => {
  const rowsBefore = (index: number): string => {
    const name = migrations[index - 1]?.name ?? '';
    return readFileSync(new URL(`fixtures/rows/${name}.sql`, import.meta.url), 'utf8');
  };

  it.each(migrations.map(({ name }, index) => ({ name, index })).slice(1))(
    '$name leads over what the version before it wrote',
    async ({ index }) => {
      const folder = await mkdtemp(join(tmpdir(), 'graft-migrate-'));
      const connection = await SqliteConnection.open(join(folder, 'test.db'));
      try {
        await migrate(connection, migrations.slice(0, index));
        await connection.script(rowsBefore(index));
        await migrate(connection, migrations);
        expect((await connection.run('PRAGMA foreign_key_check')).rows).toEqual([]);
        const tables = ['Action', 'Run', 'Step', 'LastStep', 'Event'];
        const kept = new Map<string, unknown[]>();
        for (const table of tables) {
          kept.set(table, (await connection.run(`SELECT * FROM "${table}"`)).rows);
        }
        expect(Object.fromEntries(kept)).toMatchSnapshot();
      } finally {
        connection.close();
        await rm(folder, { recursive: true });
      }
    },
  );
});

describe('migrate', () => {
  let folder = '';
  let connection: SqliteConnection;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graft-migrate-'));
    connection = await SqliteConnection.open(join(folder, 'test.db'));
  });
  afterAll(async () => {
    connection.close();
    await rm(folder, { recursive: true });
  });
  const first: Migration = {
    name: '0001_a',
    sql: 'CREATE TABLE a (x TEXT);\nCREATE TABLE b (x TEXT);',
  };
  const second: Migration = { name: '0002_b', sql: 'ALTER TABLE a ADD COLUMN y TEXT;' };
  const names = async () =>
    (
      await connection.run(
        'SELECT "migration_name", "checksum" FROM "_prisma_migrations" ORDER BY 1',
      )
    ).rows;

  it('applies what is missing, once, and records it as Prisma does', async () => {
    await migrate(connection, [first]);
    await migrate(connection, [first]);
    await connection.run('INSERT INTO a (x) VALUES (?)', ['kept']);
    await migrate(connection, [first, second]);
    const checksum = (sql: string) => createHash('sha256').update(sql).digest('hex');
    expect(await names()).toEqual([
      { migration_name: '0001_a', checksum: checksum(first.sql) },
      { migration_name: '0002_b', checksum: checksum(second.sql) },
    ]);
    expect((await connection.run('SELECT x, y FROM a')).rows).toEqual([{ x: 'kept', y: null }]);
  });

  it("leaves a history that Prisma's own tools take for up to date", async () => {
    const path = join(folder, 'history.db');
    const opened = await SqliteConnection.open(path);
    await migrate(opened, migrations);
    opened.close();
    expect(await diagnose(path, schemaFor('sqlite'), migrations)).toMatchObject({
      hasMigrationsTable: true,
      history: null,
      failedMigrationNames: [],
      editedMigrationNames: [],
    });
  });

  it('takes what another process is about to make for ours, at whatever moment it looks', async () => {
    for (const moment of [1, 2, 3, 4, 5]) {
      const path = join(folder, `at-once-${String(moment)}.db`);
      const ours = await SqliteConnection.open(path);
      const other = await SqliteConnection.open(path);
      const run = ours.run.bind(ours);
      let statements = 0;
      ours.run = async (...statement) => {
        statements += 1;
        if (statements === moment) await migrate(other, [first]);
        return run(...statement);
      };
      await migrate(ours, [first]);
      ours.close();
      other.close();
    }
  });

  it('changes nothing when one fails', async () => {
    const broken: Migration = {
      name: '0003_c',
      sql: 'CREATE TABLE c (x TEXT); CREATE TABLE a (x TEXT);',
    };
    await expect(migrate(connection, [first, second, broken])).rejects.toMatchObject({
      name: 'GraphError',
    });
    expect(await names()).toHaveLength(2);
    expect((await connection.run("SELECT name FROM sqlite_master WHERE name = 'c'")).rows).toEqual(
      [],
    );
  });
});
