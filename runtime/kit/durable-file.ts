import { randomBytes } from 'node:crypto';
import { lstatSync, renameSync } from 'node:fs';
import {
  chmod,
  constants,
  copyFile,
  link,
  mkdir,
  open,
  rename,
  rm,
  stat,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, removeEmpty } from './made-folder.ts';
import { ownerStamp } from './process-identity.ts';
import { hasCode } from './system-error.ts';

/** Appends bytes to a file under construction. */
export type Append = (bytes: Uint8Array) => Promise<void>;

/** What a file is to hold: all of it, or a function that appends it piece by piece. */
export type FileContent = string | Uint8Array | ((append: Append) => Promise<void>);

/** A name that says which process writes here, so that leftovers of dead ones can be told and removed. */
export function stagingName(): string {
  return `${ownerStamp}-${randomBytes(8).toString('hex')}`;
}

/**
 * Where a file is written before it takes its place: in its folder, hidden, under the writer's name alone, since a name
 * may be as long as there are. See `removePartials`.
 */
export function partialPath(folder: string): string {
  return join(folder, `.${stagingName()}.part`);
}

/**
 * Gives a file new content: readers see the old or the new, whole, whenever the machine stops. Makes the
 * folder when it is missing. Who may read and write it stays. On any error the file is as it was and nothing stays behind.
 */
export async function replaceFile(path: string, content: FileContent): Promise<void> {
  const made = await makeFolder(dirname(path));
  const partial = partialPath(dirname(path));
  try {
    const old = await stat(path).catch(() => undefined);
    const mode = (old?.mode ?? 0o666) & 0o777;
    const handle = await open(partial, 'wx', mode);
    try {
      if (typeof content === 'function') await content((bytes) => append(handle, bytes));
      else await handle.writeFile(content);
      // What the process's mask took away.
      if (old !== undefined && ((await handle.stat()).mode & 0o777) !== mode) {
        await handle.chmod(mode);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
    await syncPath(dirname(path));
  } catch (error) {
    await rm(partial, { force: true });
    await removeEmpty(made);
    throw error;
  }
}

/** Writes a stream to a file that is not there, and flushes it. On any error nothing stays. Throws `EEXIST`. */
export async function writeStream(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    for await (const chunk of bytes) await append(handle, chunk);
    await handle.sync();
    await handle.close();
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** Renames a file whose bytes are on disk to its place, for good: the folder is flushed, too. */
export async function placeFile(staged: string, path: string): Promise<void> {
  try {
    await rename(staged, path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    const folder = dirname(path);
    await mkdir(folder, { recursive: true });
    await rename(staged, path);
    await syncPath(dirname(folder));
  }
  await syncPath(dirname(path));
}

/**
 * Gives a file a second name, where `rename` would take the place of what has it. Throws `EEXIST`. A disk without links
 * gets a copy, with the time of the file, whole whenever the process is killed. The caller flushes the folder.
 */
export async function placeNewFile(staged: string, path: string): Promise<void> {
  try {
    await link(staged, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw error;
    await placeCopy(staged, path);
  }
}

async function placeCopy(from: string, path: string): Promise<void> {
  const partial = partialPath(dirname(path));
  try {
    await copyFile(from, partial, constants.COPYFILE_EXCL);
    const { atime, mtime } = await stat(from);
    await utimes(partial, atime, mtime);
    await syncPath(partial);
    // In one go, so that nothing else in this process takes the name meanwhile: no rename of Node's leaves what is there.
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
      throw Object.assign(new Error(`There is a file at ${path}.`), { code: 'EEXIST' });
    }
    renameSync(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Flushes a file or a folder to disk. Not every system lets folders be flushed, or needs it. */
export async function syncPath(path: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (process.platform === 'win32') return;
    throw error;
  }
  try {
    await handle.sync();
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'EINVAL')) throw error;
  } finally {
    await handle.close();
  }
}

/** A hard link, or a copy where the filesystem has none. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV')) throw error;
    await copyFile(from, to);
    await chmod(to, 0o444);
  }
}

/** A rename, or a copy where the two places are on different filesystems. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    await copyFile(from, to);
    await rm(from);
  }
}

async function append(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    done += (await handle.write(bytes, done, bytes.byteLength - done)).bytesWritten;
  }
}
