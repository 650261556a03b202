import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chmod,
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
import { dirname } from 'node:path';
import { diskError, hasCode } from '../disk-error.ts';

/** Bytes held in memory before a staging file is opened: smaller artifacts are written in one go. */
const smallBytes = 256 * 1024;

export interface Blob {
  readonly digest: string;
  readonly size: number;
}

/** Where a digest's bytes go, and where they are staged on the same filesystem. */
export interface BlobPlaces {
  path(digest: string): string;
  staging(): string;
}

/**
 * Writes a stream as a blob: staged while it is hashed, synced, renamed to its digest, folder synced. On
 * any error nothing of it stays behind.
 */
export async function writeBlob(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  places: BlobPlaces,
): Promise<Blob> {
  const hash = createHash('sha256');
  const staged = new StagedFile(places.staging());
  let size = 0;
  try {
    for await (const chunk of bytes) {
      // A consumer of a queue may reuse its buffer: hash and keep before asking for the next chunk.
      hash.update(chunk);
      size += chunk.byteLength;
      await staged.write(chunk);
    }
    const digest = hash.digest('hex');
    const path = places.path(digest);
    if (await reuse(path, size)) {
      await staged.discard();
    } else {
      await staged.finish();
      await place(staged.path, path);
    }
    return { digest, size };
  } catch (error) {
    await staged.discard();
    throw diskError(error, staged.path);
  }
}

/** Moves a file in as a blob. */
export async function moveBlob(file: string, places: BlobPlaces): Promise<Blob> {
  const staged = places.staging();
  try {
    await moveFile(file, staged);
    const { digest, size } = await hashFile(staged);
    const path = places.path(digest);
    if (await reuse(path, size)) {
      await rm(staged, { force: true });
    } else {
      await syncFile(staged);
      await chmod(staged, 0o444);
      await place(staged, path);
    }
    return { digest, size };
  } catch (error) {
    await rm(staged, { force: true });
    throw diskError(error, file);
  }
}

export async function hashFile(path: string): Promise<Blob> {
  const hash: Hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a file stream gave text');
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { digest: hash.digest('hex'), size };
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

class StagedFile {
  readonly path: string;
  #handle: FileHandle | undefined;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(path: string) {
    this.path = path;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#pending.push(Uint8Array.from(chunk));
    this.#pendingBytes += chunk.byteLength;
    if (this.#pendingBytes >= smallBytes) await this.#flush();
  }

  async finish(): Promise<void> {
    const handle = await this.#flush();
    await handle.sync();
    await handle.close();
    this.#handle = undefined;
  }

  async discard(): Promise<void> {
    this.#pending = [];
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
    await rm(this.path, { force: true });
  }

  async #flush(): Promise<FileHandle> {
    const handle = (this.#handle ??= await open(this.path, 'wx', 0o444));
    const pending = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    const buffer = pending.length === 1 && pending[0] ? pending[0] : Buffer.concat(pending);
    for (let offset = 0; offset < buffer.byteLength;) {
      offset += (await handle.write(buffer, offset)).bytesWritten;
    }
    return handle;
  }
}

/** Whether the blob is there already; it then counts as used now. */
async function reuse(path: string, size: number): Promise<boolean> {
  try {
    if ((await stat(path)).size !== size) return false;
    const now = new Date();
    await utimes(path, now, now);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function place(staged: string, path: string): Promise<void> {
  try {
    await rename(staged, path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    const folder = dirname(path);
    await mkdir(folder, { recursive: true });
    await rename(staged, path);
    await syncFile(dirname(folder));
  }
  await syncFile(dirname(path));
}

/** Flushes a file or a folder to disk. Windows cannot flush folders and needs not. */
export async function syncFile(path: string): Promise<void> {
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

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    await copyFile(from, to);
    await rm(from);
  }
}
