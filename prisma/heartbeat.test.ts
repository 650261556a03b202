import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase, type Database } from './database.ts';
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

const beatOf = async (name: string): Promise<number | undefined> => {
  const lease = database.queries.selectFrom('Lease').select('beat').where('name', '=', name);
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
  const heartbeat = startHeartbeat(database.path, 'me');
  await expect.poll(() => beatOf('run/1')).toBeGreaterThan(0);
  const reader = new Libsql(database.path);
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
