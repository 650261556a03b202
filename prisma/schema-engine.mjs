// Prisma's schema engine, as WebAssembly from npm: writes migrations and compares them with the models.
// An internal API, pinned exactly. Used by `migrate.mjs` and tests only: opening a database needs none of it.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import { types } from 'pg';

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

/** Drivers over the SQLite file `place`, and over one in `folder` that migrations are tried in. */
function sqliteFactory(place, folder) {
  // A file: this driver opens a new connection after each transaction, which in memory is another database.
  const shadow = () => driverOf(join(folder, 'shadow.db'));
  return {
    provider: 'sqlite',
    adapterName: '@prisma/adapter-libsql',
    connect: place === undefined ? shadow : () => driverOf(place),
    connectToShadowDb: shadow,
  };
}

const isPostgres = (place) => place !== undefined && /^postgres(ql)?:/.test(place);

/** Drivers over the Postgres at an address, and over a database that they make there and drop. */
function postgresFactory(place) {
  const { hostname, port, username, password, pathname, searchParams } = new URL(place);
  const schema = searchParams.get('schema') ?? 'public';
  const config = {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    // Where the engine looks for its own table.
    options: `-c search_path=${schema}`,
  };
  const connect = async (database) =>
    withSystemTypes(await new PrismaPg({ ...config, database }, { schema }).connect());
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(pathname.slice(1)),
    // The driver's own drops the database before it leaves it, which Postgres refuses.
    connectToShadowDb: async () => {
      const database = `graft_shadow_${randomUUID()}`;
      const main = await connect(pathname.slice(1));
      await main.executeScript(`CREATE DATABASE "${database}"`);
      const shadow = await connect(database);
      const leave = shadow.dispose.bind(shadow);
      shadow.dispose = async () => {
        await leave();
        await main.executeScript(`DROP DATABASE "${database}" WITH (FORCE)`);
        await main.dispose();
      };
      return shadow;
    },
  };
}

/** The engine reads columns of the catalogue whose type, "char", this driver does not know: it gives them as text. */
function withSystemTypes(driver) {
  const perform = driver.performIO.bind(driver);
  driver.performIO = async (query) => {
    const result = await perform(query);
    for (const field of result.fields) {
      if (field.dataTypeID === types.builtins.CHAR) field.dataTypeID = types.builtins.TEXT;
    }
    return result;
  };
  return driver;
}

async function withEngine(schema, place, work) {
  ready ??= instantiate();
  await ready;
  const folder = await mkdtemp(join(tmpdir(), 'graft-schema-'));
  const factory = isPostgres(place) ? postgresFactory(place) : sqliteFactory(place, folder);
  const engine = await glue.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  try {
    return await work(engine);
  } finally {
    engine.free();
    await rm(folder, { recursive: true, force: true });
  }
}

function listOf(migrations, place) {
  const provider = isPostgres(place) ? 'postgresql' : 'sqlite';
  return {
    baseDir: '/migrations',
    lockfile: { path: 'migration_lock.toml', content: `provider = "${provider}"\n` },
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
 * @param {string} [server] for a schema of Postgres: the address of a superuser; a database is made there and dropped
 * @returns {Promise<string>}
 */
export function sqlToReach(schema, migrations, server) {
  return withEngine(schema, server, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'migrations', ...listOf(migrations, server) },
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
 * @param {string} place a file of SQLite, or the address of a Postgres database
 * @param {string} schema a Prisma schema
 * @param {readonly { name: string, sql: string }[]} migrations in order
 */
export function diagnose(place, schema, migrations) {
  return withEngine(schema, place, (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList: listOf(migrations, place),
      optInToShadowDatabase: false,
      filters,
    }),
  );
}
