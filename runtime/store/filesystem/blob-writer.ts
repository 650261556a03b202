import { createHash } from 'node:crypto';
import { chmod, open, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { hasCode, hashFile, moveFile, placeFile, syncPath } from '@graft/kit';
import { diskError } from '../disk-error.ts';

/** Bytes held in memory before a staging file is opened: smaller artifacts are written at once. */
const smallBytes = 256 * 1024;

export interface Blob {
  readonly digest: string;
  readonly size: number;
}

/** The path of a digest's bytes, and a path on the same filesystem to stage them. */
export interface BlobPlaces {
  path(digest: string): string;
  staging(): string;
}

/**
 * Writes a stream as a blob: stages it while hashing, syncs it, renames it to its digest and syncs the folder. After an
 * error nothing of it is left.
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
      // The producer may reuse its buffer: hash and copy before asking for the next chunk.
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
      await placeFile(staged.path, path);
    }
    return { digest, size };
  } catch (error) {
    await staged.discard();
    throw diskError(error, staged.path);
  }
}

/** Moves a file into the store as a blob. */
export async function moveBlob(file: string, places: BlobPlaces): Promise<Blob> {
  const staged = places.staging();
  try {
    await moveFile(file, staged);
    const { digest, size } = await hashFile(staged);
    const path = places.path(digest);
    if (await reuse(path, size)) {
      await rm(staged, { force: true });
    } else {
      await syncPath(staged);
      await chmod(staged, 0o444);
      await placeFile(staged, path);
    }
    return { digest, size };
  } catch (error) {
    await rm(staged, { force: true });
    throw diskError(error, file);
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
    this.#pending.push(new Uint8Array(chunk));
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

/** Whether the blob exists already; if so, marks it as used now. */
export async function reuse(path: string, size: number): Promise<boolean> {
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
