import { utimes } from 'node:fs';
import { readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BeatWatch } from './beat-watch.ts';
import { makeFolder } from './made-folder.ts';
import { holderName, ownerFate, pidInName } from './process-identity.ts';
import { hasCode } from './system-error.ts';

/** Milliseconds between two tries, at least and at most: chance keeps waiting processes out of step. */
const shortestPause = 10;
const longestPause = 40;

/** Tries to put a file into a folder that others remove. */
const mostTries = 100;

/** Milliseconds between two signs of life of a holder: it touches its file. */
const beatEvery = 3_000;

export interface LockOptions {
  /** Waiting ends at once when it aborts. */
  readonly signal?: AbortSignal;
  /** Milliseconds to wait for the holder; default: as long as it takes. */
  readonly patience?: number;
  /** Called once, when another holds it. */
  readonly waiting?: (pid: number) => void;
  /** Tells whether a holder lives whose process cannot be looked at from here; default: one of its own. */
  readonly watch?: BeatWatch;
}

/** A claim that no other process, and nobody else in this one, has at the same time. */
export interface FileLock extends AsyncDisposable {
  release(): Promise<void>;
}

/** Another process has kept the lock for longer than the caller would wait. */
export class LockBusyError extends Error {
  override readonly name = 'LockBusyError';
  readonly folder: string;
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(`The process ${String(pid)} holds ${folder}.`);
    this.folder = folder;
    this.pid = pid;
  }
}

/** Runs `work` while nobody else holds the lock. `folder` is the lock's own; it need not exist. */
export async function withFileLock<T>(
  folder: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  await using _lock = await acquireFileLock(folder, options);
  return await work();
}

/** Waits for the lock. Throws the signal's reason, or `LockBusyError` when patience ends. */
export async function acquireFileLock(
  folder: string,
  options: LockOptions = {},
): Promise<FileLock> {
  const { signal, patience = Infinity, watch = new BeatWatch() } = options;
  const deadline = performance.now() + patience;
  for (let waits = false; ; waits = true) {
    signal?.throwIfAborted();
    const lock = await tryFileLock(folder, watch);
    if (typeof lock === 'object') return lock;
    if (performance.now() > deadline) throw new LockBusyError(folder, lock);
    if (!waits) options.waiting?.(lock);
    const pause = shortestPause + Math.random() * (longestPause - shortestPause);
    await sleep(pause, undefined, signal === undefined ? {} : { signal });
  }
}

/** Whether somebody who lives holds the lock at this moment. */
export async function isLocked(folder: string): Promise<boolean> {
  return (await livingHolder(folder, new BeatWatch())) !== undefined;
}

/**
 * The lock, or the pid of its holder. Who wants it puts a file with its own name into the lock's folder, then
 * looks: alone, it holds the lock; beside another that lives, it takes its file away again. Of two who come at
 * once the later sees the earlier, so never both hold it. Names are used once, so removing the file of a
 * process that died cannot hit that of a living one: there is no moment between finding a lock stale and
 * breaking it.
 */
async function tryFileLock(folder: string, watch: BeatWatch): Promise<FileLock | number> {
  const before = await livingHolder(folder, watch);
  if (before !== undefined) return before;
  const name = holderName();
  const path = join(folder, name);
  await announce(folder, path);
  const lock = new HeldLock(folder, path);
  try {
    const other = await livingHolder(folder, watch, name);
    if (other === undefined) return lock;
    await lock.release();
    return other;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

class HeldLock implements FileLock {
  readonly #folder: string;
  readonly #path: string;
  readonly #beat: NodeJS.Timeout;

  constructor(folder: string, path: string) {
    this.#folder = folder;
    this.#path = path;
    this.#beat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now, () => undefined);
    }, beatEvery).unref();
  }

  async release(): Promise<void> {
    clearInterval(this.#beat);
    await rm(this.#path, { force: true });
    // Stays where somebody else has come meanwhile.
    await rmdir(this.#folder).catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** A holder that goes removes the folder, at any moment of this: then it is made again. */
async function announce(folder: string, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await makeFolder(folder);
      await writeFile(path, '', { flag: 'wx' });
      return;
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'EEXIST') || tries === mostTries) throw error;
    }
  }
}

/** The pid of a living holder other than `own`; files of dead ones are removed. */
async function livingHolder(
  folder: string,
  watch: BeatWatch,
  own?: string,
): Promise<number | undefined> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  for (const name of names) {
    if (name === own) continue;
    const pid = pidInName(name);
    if (pid === undefined) continue;
    if (await lives(join(folder, name), watch)) return pid;
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}

/**
 * Whether the holder that a file names lives: by its process where that can be looked at and cannot be mistaken
 * for a later one, else by its signs of life. A stopped process keeps its lock: nothing would keep it from writing.
 */
async function lives(path: string, watch: BeatWatch): Promise<boolean> {
  const fate = ownerFate(basename(path));
  if (fate === 'lives' || fate === 'gone') return fate === 'lives';
  const touched = await stat(path).catch(() => undefined);
  return touched !== undefined && !watch.isStill(path, touched.mtimeMs);
}
