import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ownerFate } from './process-identity.ts';

/** Age (ms) at which a leftover is removed when its name does not say whose it was. */
const leftoverMs = 3_600_000;
/** Age (ms) at which one is of a process that cannot be looked at from here: nobody works for a week unseen. */
const awayMs = 7 * 24 * 3_600_000;

/**
 * Removes from a folder what processes left there that are gone, by the owner in its name; what names nobody
 * when it is old, unless `keep` says otherwise; what a process of another machine or container works on when it has
 * not been touched for long. Gives the number of entries. A folder that is missing has none.
 */
export async function removeLeftovers(
  folder: string,
  keep: (name: string) => boolean = () => false,
): Promise<number> {
  const leftovers = await leftoversIn(folder, keep);
  for (const path of leftovers) await removeFolder(path);
  return leftovers.length;
}

/** The paths that `removeLeftovers` would remove. */
export async function leftoversIn(
  folder: string,
  keep: (name: string) => boolean = () => false,
): Promise<string[]> {
  const leftovers: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const abandoned = await isAbandoned(path);
    if (abandoned ?? (!keep(name) && (await isOlderThan(path, leftoverMs)))) leftovers.push(path);
  }
  return leftovers;
}

/** Whether the process that a file or folder is named for works on it no more; undefined where it names none. */
export async function isAbandoned(path: string): Promise<boolean | undefined> {
  const fate = ownerFate(basename(path));
  return fate === 'elsewhere'
    ? isUntouched(path, awayMs)
    : fate === undefined
      ? undefined
      : fate === 'gone';
}

/** Removes from a folder of others the files that processes which are gone were writing there: `.<their stamp>.part`. */
export async function removePartials(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^\.[\d-]+@.*\.part$/.test(name) || ownerFate(name) !== 'gone') continue;
    await rm(join(folder, name), { force: true });
  }
}

/** Removes entries that nobody has touched for `ms`. */
export async function removeOlderThan(folder: string, ms: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
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

/** Bytes of all files below a folder, or of a file; 0 where there is none. */
export async function folderSize(folder: string): Promise<number> {
  const itself = await lstat(folder).catch(() => undefined);
  if (itself?.isFile() === true) return itself.size;
  let size = 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    size += (await lstat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return size;
}

/** Whether nothing in a folder, nor itself, was touched for `ms`. */
async function isUntouched(path: string, ms: number): Promise<boolean> {
  if (!(await isOlderThan(path, ms))) return false;
  for (const name of await readdir(path, { recursive: true }).catch(() => [])) {
    if (!(await isOlderThan(join(path, name), ms))) return false;
  }
  return true;
}

/** What another process has removed meanwhile needs nothing. */
async function makeWritable(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
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
