import type * as FileSystem from 'node:fs';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClaimBoard } from './claim-board.ts';

let full = false;
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof FileSystem>();
  const writeSync = (file: number, text: string): number => {
    if (full) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    return fs.writeSync(file, text);
  };
  return { ...fs, writeSync };
});

let folder: string;
const boards: ClaimBoard[] = [];
const board = (): ClaimBoard => {
  const made = new ClaimBoard(folder);
  boards.push(made);
  return made;
};
const hooks = { signal: new AbortController().signal, waiting: () => undefined };

beforeEach(async () => {
  full = false;
  folder = join(await mkdtemp(join(tmpdir(), 'graft-claims-')), 'claims');
});
afterEach(async () => {
  for (const one of boards.splice(0)) one.close();
  await rm(folder, { recursive: true, force: true });
});

test('a name is held by one board at a time, others by others', async () => {
  const holders = new Map<string, number>();
  let most = 0;
  const all = Array.from({ length: 4 }, board);
  await Promise.all(
    all.map(async (one) => {
      for (let round = 0; round < 12; round++) {
        const key = `key-${String(round % 3)}`;
        const claim = await one.claim(key, hooks);
        holders.set(key, (holders.get(key) ?? 0) + 1);
        most = Math.max(most, holders.get(key) ?? 0);
        await sleep(1);
        holders.set(key, (holders.get(key) ?? 0) - 1);
        claim.release();
      }
    }),
  );
  expect(most).toBe(1);
});

test('says whether others were at work, and whom it waits for', async () => {
  const [first, second] = [board(), board()];
  const held = await first.claim('a', hooks);
  expect(held.contested).toBe(false);
  let waitedFor = 0;
  const waiting = second.claim('a', {
    ...hooks,
    waiting: (pid) => {
      waitedFor = pid;
    },
  });
  expect((await second.claim('b', hooks)).contested).toBe(true);
  expect(waitedFor).toBe(process.pid);
  held.release();
  expect((await waiting).contested).toBe(true);
});

test('waiting ends at once when it is called off, and what is closed holds nothing', async () => {
  const [first, second] = [board(), board()];
  await first.claim('a', hooks);
  const controller = new AbortController();
  const waiting = second.claim('a', { ...hooks, signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toThrow();
  first.close();
  await second.claim('a', hooks);
  second.close();
  expect(readdirSync(folder)).toEqual([]);
});

test('survives its folder, and begins a new file when the old one is long', async () => {
  const one = board();
  await one.claim('kept', hooks);
  await rm(folder, { recursive: true });
  (await one.claim('x'.repeat(2 << 20), hooks)).release();
  const [long] = readdirSync(folder);
  one.close();
  const two = board();
  (await two.claim('x'.repeat(2 << 20), hooks)).release();
  const [before] = readdirSync(folder);
  (await two.claim('a', hooks)).release();
  expect(readdirSync(folder)).toHaveLength(1);
  expect(readdirSync(folder)).not.toContain(before);
  expect(before).not.toBe(long);
});

/** Whether a board would have to wait for a name. */
async function isHeld(by: ClaimBoard, key: string): Promise<boolean> {
  const leaving = new AbortController();
  const asking = { signal: leaving.signal, waiting: () => leaving.abort() };
  const claim = await by.claim(key, asking).catch(() => undefined);
  claim?.release();
  return claim === undefined;
}

test('keeps what is held when it begins a new file', async () => {
  const [one, two] = [board(), board()];
  const kept = await one.claim('kept', hooks);
  const [before] = readdirSync(folder);
  (await one.claim('x'.repeat(2 << 20), hooks)).release();
  expect(readdirSync(folder)).not.toContain(before);
  expect(await isHeld(two, 'kept')).toBe(true);
  kept.release();
  expect(await isHeld(two, 'kept')).toBe(false);
});

test('holds nothing for ever that it cannot give back on a full disk', async () => {
  const [one, two] = [board(), board()];
  const [claim, kept] = [await one.claim('a', hooks), await one.claim('kept', hooks)];
  full = true;
  claim.release();
  full = false;
  expect(await isHeld(two, 'a')).toBe(false);
  (await one.claim('b', hooks)).release();
  expect(await isHeld(two, 'kept')).toBe(true);
  kept.release();
});

test.skipIf(process.platform !== 'linux')(
  'lets go of the files of those that are gone',
  async () => {
    const one = board();
    const open = (): number => readdirSync('/proc/self/fd').length;
    (await one.claim('a', hooks)).release();
    const before = open();
    for (let round = 0; round < 20; round++) {
      const other = board();
      (await other.claim('b', hooks)).release();
      (await one.claim('b', hooks)).release();
      other.close();
    }
    (await one.claim('b', hooks)).release();
    expect(open()).toBeLessThan(before + 5);
  },
);

test('costs little where nobody else is at work', async () => {
  const one = board();
  const before = process.cpuUsage();
  for (let step = 0; step < 2000; step++) (await one.claim(`key-${String(step)}`, hooks)).release();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 2000).toBeLessThan(1_000);
});
