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

const beat = async (): Promise<number | undefined> =>
  (await database.queries.selectFrom('Owner').select('beat').executeTakeFirst())?.beat;

it('beats while the event loop is busy, and says good-bye', async () => {
  const heartbeat = startHeartbeat(database.path, '1:2:here');
  await expect.poll(beat).toBeGreaterThan(0);
  const reader = new Libsql(database.path);
  const beats = (): number =>
    z.object({ beat: z.number() }).parse(reader.prepare('SELECT "beat" FROM "Owner"').get()).beat;
  const before = beats();
  // Nothing else of this thread happens meanwhile.
  for (let tries = 0; tries < 120 && beats() < before + 2; tries += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  expect(beats()).toBeGreaterThanOrEqual(before + 2);
  reader.close();
  await heartbeat.stop();
  expect(await beat()).toBeUndefined();
});
