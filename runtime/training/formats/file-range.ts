import { GraphError } from '@graft/graph';
import { DamagedFile, FileHead } from '@graft/kit';

/** A model file open for partial reads; checks sizes before any read. */
export class RangedFile implements AsyncDisposable {
  readonly #file: FileHead;

  private constructor(file: FileHead) {
    this.#file = file;
  }

  static async open(path: string): Promise<RangedFile> {
    const file = await FileHead.open(path).catch((cause: unknown) => {
      throw unopened(path, cause);
    });
    return new RangedFile(file);
  }

  get path(): string {
    return this.#file.path;
  }

  /** Bytes. */
  get size(): number {
    return this.#file.size;
  }

  /** Exactly `bytes` bytes from `offset`, or a GraphError that says what of `what` is missing. */
  async read(offset: number, bytes: number, what: string): Promise<Uint8Array> {
    const missing = { what, end: offset + bytes };
    if (missing.end > this.size) throw truncated(this, missing);
    const read = await this.#file.read(offset, bytes);
    if (read.length < bytes) throw truncated(this, missing);
    return read;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}

/** The error for a truncated file: what is missing, and the remedy. */
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

/** Reads a header; reports damage as `damaged-file`, and a file that cannot be opened as `missing-file`. */
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
  return new GraphError('missing-file', `Graft cannot open ${path}; check that it exists`, {
    location: { file: path },
    cause,
  });
}
