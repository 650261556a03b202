import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

it('beats while the event loop is busy, and says good-bye', { timeout: 30_000 }, async () => {
  const heartbeat = startHeartbeat(database.path, '1:2:here');
  await expect.poll(beat, { timeout: 10_000 }).toBeGreaterThan(0);
  const before = (await beat()) ?? 0;
  // Five seconds in which nothing else of this thread happens.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5_000);
  expect(await beat()).toBeGreaterThanOrEqual(before + 2);
  await heartbeat.stop();
  expect(await beat()).toBeUndefined();
});
