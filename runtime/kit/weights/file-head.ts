import { open, type FileHandle } from 'node:fs/promises';

/** A file that is truncated or not what its name says. The message names it and the remedy. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile';
  readonly file: string;

  constructor(file: string, reason: string, cause?: unknown) {
    super(`${file} ${reason}`, cause === undefined ? undefined : { cause });
    this.file = file;
  }
}

/** The error for a truncated file: what is missing, and the remedy. */
export function cutOff(
  file: { readonly path: string; readonly size: number },
  missing: { readonly what: string; readonly end: number },
): DamagedFile {
  return new DamagedFile(
    file.path,
    `is cut off: ${missing.what} ends at byte ${missing.end}, the file at byte ${file.size}; fetch it again`,
  );
}

/** Throws where a file begins as the pointer that git keeps in place of a large file. */
export function requireNoPointer(path: string, head: Uint8Array): void {
  const pointer = 'version https://git-lfs.github.com/';
  if (Buffer.from(head.subarray(0, pointer.length)).toString('latin1') !== pointer) return;
  throw new DamagedFile(
    path,
    'is a Git LFS pointer, not the file itself; run "git lfs pull" in its folder, or download the file',
  );
}

/** Bytes of one read; the system reads at most 2 GiB. */
const mostAtOnce = 1 << 30;

/** Bytes whose beginning says what they hold: a file here, or one that is read over the web. */
export interface HeadSource {
  /** What messages call it. */
  readonly path: string;
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from `offset`: as many as requested, or fewer at the end of the file. */
  read(offset: number, bytes: number): Promise<Uint8Array>;
}

/** A file open for partial reads. Opening throws the file system's error. */
export class FileHead implements HeadSource, AsyncDisposable {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  static async open(path: string): Promise<FileHead> {
    const handle = await open(path, 'r');
    return new FileHead(path, (await handle.stat()).size, handle);
  }

  async read(offset: number, bytes: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(Math.max(0, Math.min(bytes, this.size - offset)));
    let done = 0;
    while (done < buffer.length) {
      const length = Math.min(buffer.length - done, mostAtOnce);
      const { bytesRead } = await this.#handle.read(buffer, done, length, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
