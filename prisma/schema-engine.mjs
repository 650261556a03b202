// Prisma's schema engine, as WebAssembly from npm: writes migrations and compares them with the models.
// An internal API, pinned exactly. Used by `migrate.mjs` and tests only: opening a database needs none of it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

const require = createRequire(import.meta.url);
const filters = { externalTables: [], externalEnums: [] };
let ready;

async function instantiate() {
  const main = require.resolve('@prisma/schema-engine-wasm');
  const bytes = await readFile(main.replace(/schema_engine\.js$/, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** A driver for the engine over the database file at `path`. */
async function driverOf(path) {
  const driver = await new PrismaLibSql({ url: `file:${path}` }).connect();
  // The engine hands whole migrations to executeRaw, which here would run their first statement only.
  driver.executeRaw = async ({ sql }) => {
    await driver.executeScript(sql);
    return 0;
  };
  return driver;
}

async function withEngine(schema, path, work) {
  ready ??= instantiate();
  await ready;
  const folder = await mkdtemp(join(tmpdir(), 'graft-schema-'));
  // A file: this driver opens a new connection after each transaction, which in memory is another database.
  const shadow = () => driverOf(join(folder, 'shadow.db'));
  const adapter = bindMigrationAwareSqlAdapterFactory({
    provider: 'sqlite',
    adapterName: '@prisma/adapter-libsql',
    connect: path === undefined ? shadow : () => driverOf(path),
    connectToShadowDb: shadow,
  });
  const engine = await glue.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => {},
    adapter,
  );
  try {
    return await work(engine);
  } finally {
    engine.free();
    await rm(folder, { recursive: true, force: true });
  }
}

function listOf(migrations) {
  return {
    baseDir: '/migrations',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "sqlite"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/**
 * The SQL that leads from the tables which `migrations` make to those of `schema`; empty when they agree.
 * @param {string} schema a Prisma schema
 * @param {readonly { name: string, sql: string }[]} migrations in order
 * @returns {Promise<string>}
 */
export function sqlToReach(schema, migrations) {
  return withEngine(schema, undefined, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'migrations', ...listOf(migrations) },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: null,
      filters,
    });
    const sql = (stdout ?? '').trim();
    return sql === '-- This is an empty migration.' ? '' : sql;
  });
}

/**
 * What Prisma's own tools make of the migrations recorded in a database.
 * @param {string} path
 * @param {string} schema a Prisma schema
 * @param {readonly { name: string, sql: string }[]} migrations in order
 */
export function diagnose(path, schema, migrations) {
  return withEngine(schema, path, (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList: listOf(migrations),
      optInToShadowDatabase: false,
      filters,
    }),
  );
}
