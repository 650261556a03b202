import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isErrno } from './record-file.ts';

const heartbeatMs = 2_000;
/** A holder that has not touched its lock for so long is gone, whatever process has its pid now. */
const staleMs = 60_000;

/**
 * Runs `work` while this process alone holds the lock file, which carries the holder's pid. Others wait;
 * the lock of a process that died is taken over. Losing it costs a second download, never wrong bytes.
 */
export async function withFetchLock<T>(
  path: string,
  options: { readonly signal: AbortSignal; readonly waiting: (pid: number) => void },
  work: () => Promise<T>,
): Promise<T> {
  const token = await acquire(path, options);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readFile(path, 'utf8').catch(() => '')) === token) await rm(path, { force: true });
  }
}

async function acquire(
  path: string,
  options: { readonly signal: AbortSignal; readonly waiting: (pid: number) => void },
): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const token = `${process.pid} ${randomUUID()}`;
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, token);
  try {
    for (let waited = false; ; waited = true) {
      options.signal.throwIfAborted();
      try {
        // A link appears with its content or not at all, and fails when the name is taken.
        await link(draft, path);
        return token;
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error;
      }
      const holder = await staleHolder(path);
      if (holder.stale) await breakLock(path, holder.token);
      else {
        if (!waited) options.waiting(holder.pid);
        await sleep(200, undefined, { signal: options.signal });
      }
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function staleHolder(
  path: string,
): Promise<{ readonly stale: boolean; readonly token: string; readonly pid: number }> {
  const token = await readFile(path, 'utf8').catch(() => '');
  const touched = await stat(path).catch(() => undefined);
  const pid = Number.parseInt(token, 10);
  if (touched === undefined || Number.isNaN(pid)) return { stale: false, token, pid: 0 };
  const stale = !isAlive(pid) || Date.now() - touched.mtimeMs > staleMs;
  return { stale, token, pid };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, of another user.
    return isErrno(error, 'EPERM');
  }
}

/** Moves the lock aside first, so that of two processes breaking it only one removes it. */
async function breakLock(path: string, token: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  // Somebody else had broken it and taken it meanwhile: give it back.
  if ((await readFile(aside, 'utf8')) !== token) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
