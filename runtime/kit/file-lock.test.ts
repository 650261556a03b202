import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BeatWatch } from './beat-watch.ts';
import { acquireFileLock, LockBusyError, withFileLock } from './file-lock.ts';

let folder: string;
let lock: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  lock = join(folder, 'a.lock');
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function start(fixture: string, ...args: readonly string[]): ChildProcess {
  const entry = fileURLToPath(new URL(`fixtures/${fixture}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

/** What a process leaves that was killed while it held the lock. */
function leaveDeadHolder(): void {
  mkdirSync(lock, { recursive: true });
  // No process has this id: Linux gives none above 4,194,304.
  writeFileSync(join(lock, '99999999-1-dead'), '');
  const long = new Date(Date.now() - 60_000);
  utimesSync(join(lock, '99999999-1-dead'), long, long);
}

test('only one of many holds it, also when all find the lock of a dead process at once', async () => {
  let inside = 0;
  let most = 0;
  for (let round = 0; round < 20; round++) {
    leaveDeadHolder();
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(1);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 6 }, () => withFileLock(lock, {}, work)));
  }
  expect(most).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

test('counts of several processes add up', async () => {
  const file = join(folder, 'count');
  writeFileSync(file, '0');
  leaveDeadHolder();
  const all = Array.from({ length: 3 }, () => start('count-up', lock, file, '40'));
  await Promise.all(all.map((child) => once(child, 'exit')));
  expect(readFileSync(file, 'utf8')).toBe('120');
});

test('the lock of a process that was killed is taken over at once', async () => {
  const holder = start('hold-forever', lock);
  if (holder.stdout !== null) await once(holder.stdout, 'data');
  const refused = acquireFileLock(lock, { patience: 50 });
  await expect(refused).rejects.toMatchObject({ name: 'LockBusyError', pid: holder.pid });
  await expect(refused).rejects.toBeInstanceOf(LockBusyError);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  // At the first try: it has no patience for another.
  await (await acquireFileLock(lock, { patience: 0 })).release();
});

test('waiting ends at once when it is called off', async () => {
  await using _held = await acquireFileLock(lock);
  const controller = new AbortController();
  let waits = (): void => undefined;
  const begun = new Promise<void>((resolve) => (waits = resolve));
  const waiting = acquireFileLock(lock, { signal: controller.signal, waiting: waits });
  await begun;
  controller.abort(new Error('called off'));
  await expect(waiting).rejects.toThrow(/called off|aborted/);
  expect(readdirSync(lock)).toHaveLength(1);
});

test('a holder on another machine counts as long as its file changes, whatever its clock says', async () => {
  mkdirSync(lock);
  const path = join(lock, '1-1@ffffff.ffffff.ffffff-x');
  writeFileSync(path, '');
  let now = 0;
  const watch = new BeatWatch(() => now);
  const isRefused = async (after: number): Promise<void> => {
    now += after;
    const taking = acquireFileLock(lock, { patience: 0, watch });
    await expect(taking).rejects.toBeInstanceOf(LockBusyError);
  };
  for (let beat = 0; beat < 10; beat++) {
    const hoursBehind = new Date(1_000_000 + beat);
    utimesSync(path, hoursBehind, hoursBehind);
    await isRefused(3_000);
  }
  for (let look = 0; look < 3; look++) await isRefused(3_000);
  now += 3_000;
  await (await acquireFileLock(lock, { patience: 0, watch })).release();
});
