import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase } from './database.ts';
import type { Database } from './open-database.ts';
import { startHeartbeat } from './heartbeat.ts';

let folder: string;
let database: Database;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-heartbeat-'));
  database = await openDatabase(join(folder, 'index.db'));
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const beatOf = async (name: string, { queries } = database): Promise<number | undefined> => {
  const lease = queries.selectFrom('Lease').select('beat').where('name', '=', name);
  return (await lease.executeTakeFirst())?.beat;
};

it('beats for the leases of its owner alone, also while the event loop is busy', async () => {
  await database.queries
    .insertInto('Lease')
    .values([
      { name: 'run/1', owner: 'me', beat: 0 },
      { name: 'run/2', owner: 'other', beat: 0 },
    ])
    .execute();
  const heartbeat = startHeartbeat(database.shown, 'me');
  await expect.poll(() => beatOf('run/1')).toBeGreaterThan(0);
  const reader = new Libsql(database.shown);
  const lease = reader.prepare(`SELECT "beat" FROM "Lease" WHERE "name" = 'run/1'`);
  const beat = (): number => z.object({ beat: z.number() }).parse(lease.get()).beat;
  const before = beat();
  // Nothing else of this thread happens meanwhile.
  for (let tries = 0; tries < 120 && beat() < before + 2; tries += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  expect(beat()).toBeGreaterThanOrEqual(before + 2);
  reader.close();
  await heartbeat.stop();
  expect(await beatOf('run/2')).toBe(0);
});

it('begins to beat once a database can be opened that could not be at first', async () => {
  const place = join(folder, 'later');
  const path = join(place, 'index.db');
  const heartbeat = startHeartbeat(path, 'me');
  // The thread has begun by then, and found no folder.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await mkdir(place);
  const later = await openDatabase(path);
  await later.queries
    .insertInto('Lease')
    .values([{ name: 'run/1', owner: 'me', beat: 0 }])
    .execute();
  await expect.poll(() => beatOf('run/1', later)).toBeGreaterThan(0);
  await heartbeat.stop();
  await later.close();
});

it('leaves it to the connection that syncs what it writes to write a long log back', async () => {
  const lease = { name: 'run/1', owner: 'me', beat: 0 };
  await database.queries.insertInto('Lease').values([lease]).execute();
  const writer = new Libsql(database.shown);
  writer.exec('PRAGMA wal_autocheckpoint = 0; CREATE TABLE "Long" ("bytes" BLOB)');
  writer.exec('INSERT INTO "Long" VALUES (randomblob(8000000))');
  const { size } = await stat(database.shown);
  const heartbeat = startHeartbeat(database.shown, 'me');
  await expect.poll(() => beatOf('run/1')).toBeGreaterThan(0);
  expect((await stat(database.shown)).size).toBe(size);
  await heartbeat.stop();
  writer.close();
});
