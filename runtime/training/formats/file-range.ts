import { GraphError } from '@graft/graph';
import { DamagedFile } from '@graft/kit';
import { open, type FileHandle } from 'node:fs/promises';

/** A model file open for reading parts of it; sizes are checked before any read. */
export class RangedFile implements AsyncDisposable {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  static async open(path: string): Promise<RangedFile> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (cause) {
      throw unopened(path, cause);
    }
    return new RangedFile(path, (await handle.stat()).size, handle);
  }

  /** Exactly `bytes` bytes from `offset`, or a GraphError saying what of `what` is missing. */
  async read(offset: number, bytes: number, what: string): Promise<Uint8Array> {
    if (offset + bytes > this.size) throw truncated(this, { what, end: offset + bytes });
    const buffer = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      // One call reads at most 2 GiB.
      const length = Math.min(bytes - done, 1 << 30);
      const { bytesRead } = await this.#handle.read(buffer, done, length, offset + done);
      if (bytesRead === 0) throw truncated(this, { what, end: offset + bytes });
      done += bytesRead;
    }
    return buffer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Says what of a file is missing and what to do about it. */
export function truncated(
  file: { readonly path: string; readonly size: number },
  missing: { readonly what: string; readonly end: number },
): GraphError {
  return new GraphError(
    'damaged-file',
    `${file.path} is cut off: ${missing.what} ends at byte ${missing.end}, the file at byte ${file.size}; fetch it again`,
    { location: { file: file.path } },
  );
}

/** What a header says, its damage as `damaged-file` and a file that cannot be opened as `missing-file`. */
export async function readableHeader<Header>(
  path: string,
  read: (path: string) => Promise<Header>,
): Promise<Header> {
  try {
    return await read(path);
  } catch (cause) {
    if (!(cause instanceof DamagedFile)) throw unopened(path, cause);
    throw new GraphError('damaged-file', cause.message, { location: { file: path }, cause });
  }
}

function unopened(path: string, cause: unknown): GraphError {
  return new GraphError('missing-file', `${path} cannot be opened; check that it is there`, {
    location: { file: path },
    cause,
  });
}
