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

/** Appends bytes to a file in progress. */
export type Append = (bytes: Uint8Array) => Promise<void>;

/** Content of a file: all of it, or a function that appends it piece by piece. */
export type FileContent = string | Uint8Array | ((append: Append) => Promise<void>);

/** A name with the writing process, so that leftovers of dead ones can be recognized and removed. */
export function stagingName(): string {
  return `${ownerStamp}-${randomBytes(8).toString('hex')}`;
}

/**
 * Temporary path of a file: hidden in its folder, named only for the writer, because the file's name may already have
 * maximal length. See `removePartials`.
 */
export function partialPath(folder: string): string {
  return join(folder, `.${stagingName()}.part`);
}

/**
 * Replaces a file's content atomically: readers see the old or the new content, whenever the machine stops. Creates
 * missing folders and keeps permissions; `newMode` are those of a new file, less the umask's. On any error, the file
 * stays as it was and nothing is left behind.
 */
export async function replaceFile(
  path: string,
  content: FileContent,
  { newMode = 0o666 }: { readonly newMode?: number } = {},
): Promise<void> {
  const made = await makeFolder(dirname(path));
  const partial = partialPath(dirname(path));
  try {
    const old = await stat(path).catch(() => undefined);
    const mode = (old?.mode ?? newMode) & 0o777;
    const handle = await open(partial, 'wx', mode);
    try {
      if (typeof content === 'function') await content((bytes) => append(handle, bytes));
      else await handle.writeFile(content);
      // Permissions that the process's umask removed.
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

/** Writes a stream to a new file and flushes it. On any error nothing stays. Throws `EEXIST`. */
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

/** Moves a flushed file to its place durably: also flushes the folder. */
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
 * Links a file to a second name, where `rename` would overwrite. Throws `EEXIST`. On a disk without links it copies,
 * with the file's times, atomically. The caller flushes the folder.
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
    // Synchronously, so that nothing else in this process takes the name meanwhile: Node has no rename that keeps an
    // existing file.
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
      throw Object.assign(new Error(`There is a file at ${path}.`), { code: 'EEXIST' });
    }
    renameSync(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Flushes a file or folder to disk. Not every system can, or needs to, flush folders. */
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

/** A hard link, or a copy if the filesystem has none. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV')) throw error;
    await copyFile(from, to);
    await chmod(to, 0o444);
  }
}

/** A rename, or a copy between filesystems. */
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
