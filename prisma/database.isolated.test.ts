import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import Libsql from 'libsql';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import type { Database } from './open-database.ts';
import { startFixture } from './fixtures/child.ts';
import { inTransaction } from './transactions.ts';
import { sqliteMigrations as migrations } from './migrations.gen.ts';

const folders: string[] = [];
const mounts: string[] = [];
afterAll(async () => {
  for (const mount of mounts) execFileSync('umount', ['-l', mount]);
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'graft-prisma-'));
  folders.push(folder);
  return folder;
}
const fresh = async (): Promise<string> => join(await temporaryFolder(), 'state/graft.db');

const record = (key: string, outputs = '{}') => ({
  key,
  nodeType: 'chunk',
  version: 1,
  outputs,
  ms: 1.5,
  createdAt: 1_700_000_000_000.25,
  usedAt: 2,
});
const create = (database: Database, key: string, outputs?: string) =>
  database.queries.insertInto('Action').values(record(key, outputs)).execute();
const actions = (database: Database) => database.queries.selectFrom('Action').selectAll().execute();

describe('openDatabase', () => {
  it('makes a database, keeps what is written, and opens it again quickly', async () => {
    const path = await fresh();
    {
      await using database = await openDatabase(path);
      await create(database, 'a');
    }
    const before = process.cpuUsage();
    await using database = await openDatabase(path);
    const { user } = process.cpuUsage(before);
    expect(await actions(database)).toEqual([{ ...record('a'), items: null }]);
    // 5 to 10 ms.
    expect(user / 1000).toBeLessThan(200);
  });

  it('loads no driver of Postgres for a file', async () => {
    const { cache } = createRequire(import.meta.url);
    const loaded = () => Object.keys(cache).some((path) => path.includes('/node_modules/pg/'));
    await using _database = await openDatabase(await fresh());
    expect(loaded()).toBe(false);
    await import('pg');
    expect(loaded()).toBe(true);
  });

  it('uses WAL, and keeps its settings after a transaction', async () => {
    await using database = await openDatabase(await fresh());
    const settings = async () => [
      (await sql`PRAGMA journal_mode`.execute(database.queries)).rows,
      (await sql`PRAGMA foreign_keys`.execute(database.queries)).rows,
      (await sql`PRAGMA synchronous`.execute(database.queries)).rows,
    ];
    const before = await settings();
    expect(before).toEqual([
      [{ journal_mode: 'wal' }],
      [{ foreign_keys: 1 }],
      [{ synchronous: 1 }],
    ]);
    await database.queries.transaction().execute(async (tx) => {
      await tx.insertInto('Action').values(record('a')).execute();
      await tx.insertInto('Action').values(record('b')).execute();
    });
    expect(await settings()).toEqual(before);
  });

  it('rolls a failed transaction back and goes on', async () => {
    await using database = await openDatabase(await fresh());
    const twice = database.queries.transaction().execute(async (tx) => {
      await tx.insertInto('Action').values(record('a')).execute();
      await tx.insertInto('Action').values(record('a')).execute();
    });
    await expect(twice).rejects.toMatchObject({
      code: 'internal',
      location: { file: database.shown },
    });
    expect(await actions(database)).toHaveLength(0);
    await create(database, 'a');
    expect(await actions(database)).toHaveLength(1);
  });

  it('says that a file is no database, and leaves it alone', async () => {
    const path = join(await temporaryFolder(), 'graft.db');
    await writeFile(path, 'this is a letter, not a database. '.repeat(200));
    await expect(openDatabase(path)).rejects.toMatchObject({
      code: 'store-damaged',
      location: { file: path },
      message: expect.stringContaining('move it away'),
    });
    expect(await readFile(path, 'utf8')).toMatch(/^this is a letter/);
  });

  it('says that a database is damaged', async () => {
    const path = await fresh();
    {
      await using database = await openDatabase(path);
      for (let index = 0; index < 200; index++) await create(database, `${index}`, 'x'.repeat(500));
    }
    const { size } = await stat(path);
    const handle = await open(path, 'r+');
    for (let at = 4_096; at < size; at += 4_096)
      await handle.write(Buffer.alloc(512, 0xa5), 0, 512, at);
    await handle.close();
    const read = async () => {
      await using database = await openDatabase(path);
      await actions(database);
    };
    await expect(read()).rejects.toMatchObject({ code: 'store-damaged', location: { file: path } });
  });

  it('refuses a database of another program', async () => {
    const path = join(await temporaryFolder(), 'graft.db');
    const other = new Libsql(path);
    other.exec('CREATE TABLE bookmarks (url TEXT)');
    other.close();
    await expect(openDatabase(path)).rejects.toMatchObject({
      code: 'store-damaged',
      message: expect.stringContaining('another program'),
    });
  });

  it('refuses a newer format', async () => {
    const path = await fresh();
    await (await openDatabase(path)).close();
    const raw = new Libsql(path);
    raw.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    raw.close();
    await expect(openDatabase(path)).rejects.toMatchObject({
      code: 'newer-format',
      message: expect.stringContaining('Update Graft'),
    });
  });

  it('refuses a folder that it cannot make', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(openDatabase(join(file, 'graft.db'))).rejects.toMatchObject({
      name: 'GraphError',
    });
    await expect(openDatabase(await temporaryFolder())).rejects.toMatchObject({
      code: 'state-unusable',
    });
  });
});

describe('several processes', () => {
  it('waits for a lock without blocking, then says who must act', async () => {
    const path = await fresh();
    await using database = await openDatabase(path);
    const holder = await startFixture('hold-lock.ts', [path]);
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 10);
    const before = performance.now();
    await expect(create(database, 'a')).rejects.toMatchObject({
      code: 'store-locked',
      audience: 'operator',
      location: { file: path },
      message: expect.stringContaining('Close other'),
    });
    expect(performance.now() - before).toBeGreaterThan(4_500);
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(60);

    // What gave up keeps no transaction from ending.
    const waiting = inTransaction(database.queries, (tx) => tx.deleteFrom('Action').execute());
    holder.stdin?.write('end\n');
    await once(holder, 'exit');
    await waiting;
    expect(await actions(database)).toHaveLength(0);
    await create(database, 'b');
    expect(await actions(database)).toHaveLength(1);
  });

  it('opens, migrates and writes at once, losing nothing', async () => {
    const path = await fresh();
    const children = await Promise.all([0, 1, 2].map(() => startFixture('write-rows.ts', [path])));
    const codes = await Promise.all(
      children.map(async (child) =>
        child.exitCode === null ? (await once(child, 'exit'))[0] : child.exitCode,
      ),
    );
    expect(codes).toEqual([0, 0, 0]);
    await using database = await openDatabase(path);
    expect(await actions(database)).toHaveLength(300);
  });
});

describe('a full disk', () => {
  it('refuses with no-space, and works again when there is room', async ({ skip }) => {
    const folder = await temporaryFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      return skip('mounting a tmpfs needs root');
    }
    mounts.push(folder);
    await using database = await openDatabase(join(folder, 'graft.db'));
    await create(database, 'small');
    await expect(create(database, 'large', 'x'.repeat(2_000_000))).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringContaining('Free some'),
    });
    execFileSync('mount', ['-o', 'remount,size=16m', folder]);
    await create(database, 'large', 'x'.repeat(2_000_000));
    expect(await actions(database)).toHaveLength(2);
  });
});
