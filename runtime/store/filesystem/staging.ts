import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, ownerInName } from '@graft/kit';
import { isDigest } from '../digest.ts';

/** Age (ms) at which a leftover is removed when its name does not say whose it was. */
const leftoverMs = 3_600_000;

/** Removes what dead processes left in a staging folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Trees stand in the same folder as those being laid out.
    if (isDigest(name)) continue;
    const owner = ownerInName(name);
    const leftover = owner === undefined ? await isOlderThan(path, leftoverMs) : !isAlive(owner);
    if (leftover) await removeFolder(path);
  }
}

/** Removes entries that nobody has touched for `ms`. */
export async function removeOlderThan(folder: string, ms: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (await isOlderThan(path, ms)) await removeFolder(path);
  }
}

/** `rm -rf`, also of read-only folders. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await makeWritable(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function makeWritable(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o755);
  for (const name of await readdir(path)) await makeWritable(join(path, name));
}

async function isOlderThan(path: string, ms: number): Promise<boolean> {
  try {
    return Date.now() - (await lstat(path)).mtimeMs > ms;
  } catch {
    return false;
  }
}
