import { createHash, type Hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { GraphError, type LocatedFile, type SourceFile } from '@graft/graph';
import { hasCode } from '@graft/kit';
import { isGone, unreadable } from './file-fault.ts';

/** Bytes of the largest file that is read at once and verified before its first byte is returned. */
const smallFile = 1024 * 1024;
const piece = 256 * 1024;
/** Resolution (ms) of file times: a second change within it may leave the same times. */
const clockTick = 20n;

/** What files report to their step: `changed` is the first whose bytes were not those that were hashed. */
export interface Readings {
  changed: GraphError | undefined;
  readonly open: Set<OpenReading>;
  readonly signal: AbortSignal;
}

/** A reading that somebody has begun. */
export interface OpenReading {
  /** Reads on to the end and compares, unless the outcome is known or nobody needs it. */
  finish(skip: boolean): Promise<void>;
}

/** A source that hashes every reading and compares it with the digest in the cache key. */
export class VerifiedFile implements SourceFile {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
  readonly #absolute: string;
  readonly #readings: Readings;
  /** The stamp of the file when all of it was last verified. */
  #verified: string | undefined;

  constructor({ path, absolute, digest, size }: LocatedFile, readings: Readings) {
    this.path = path;
    this.digest = digest;
    this.size = size;
    this.#absolute = absolute;
    this.#readings = readings;
  }

  async bytes(): Promise<Uint8Array> {
    const bytes = await this.#found(readFile(this.#absolute));
    if (createHash('sha256').update(bytes).digest('hex') !== this.digest) throw this.#changed();
    return bytes;
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    if (this.size <= smallFile) {
      yield await this.bytes();
      return;
    }
    const handle = await this.#found(open(this.#absolute));
    const reading = new Reading(handle, (hash) => this.#conclude(handle, hash));
    this.#readings.open.add(reading);
    try {
      for (let next = await reading.next(); next !== undefined; next = await reading.next()) {
        yield next;
      }
    } finally {
      // Also if the reader stopped early: only the whole file verifies the part that it read.
      this.#readings.open.delete(reading);
      const known = await this.#isAsVerified(handle);
      await reading.finish(known || this.#readings.signal.aborted);
    }
    if (this.#readings.changed !== undefined) throw this.#readings.changed;
  }

  /** The error for changed bytes. The step ends with it, even if the node catches it. */
  #changed(): GraphError {
    return (this.#readings.changed ??= inputChanged(this.path));
  }

  async #conclude(handle: FileHandle, hash: Hash): Promise<void> {
    if (hash.digest('hex') !== this.digest) this.#changed();
    else this.#verified = stampOf(await handle.stat({ bigint: true }));
  }

  /** Whether this file was read in full before, so that reading a part need not be followed by the rest. */
  async #isAsVerified(handle: FileHandle): Promise<boolean> {
    const stamp = stampOf(await handle.stat({ bigint: true }));
    return stamp !== undefined && stamp === this.#verified;
  }

  async #found<Value>(reading: Promise<Value>): Promise<Value> {
    try {
      return await reading;
    } catch (error) {
      const isOther = isGone(error) || hasCode(error, 'EISDIR');
      throw isOther ? this.#changed() : unreadable(this.path, error);
    }
  }
}

/** One reading of a large file. */
class Reading implements OpenReading {
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  readonly #conclude: (hash: Hash) => Promise<void>;
  #ended = false;

  constructor(handle: FileHandle, conclude: (hash: Hash) => Promise<void>) {
    this.#handle = handle;
    this.#conclude = conclude;
  }

  async next(): Promise<Uint8Array | undefined> {
    const buffer = Buffer.allocUnsafeSlow(piece);
    const { bytesRead } = await this.#handle.read(buffer, 0, piece, null);
    if (bytesRead === 0) return undefined;
    const bytes = buffer.subarray(0, bytesRead);
    this.#hash.update(bytes);
    return bytes;
  }

  async finish(skip: boolean): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      if (skip) return;
      while ((await this.next()) !== undefined);
      await this.#conclude(this.#hash);
    } finally {
      await this.#handle.close();
    }
  }
}

/** Identifies the bytes of a file without reading them; undefined if it was written a moment ago. */
function stampOf({ size, mtimeMs, ctimeMs, mtimeNs, ctimeNs, ino }: BigIntStats) {
  const newest = mtimeMs > ctimeMs ? mtimeMs : ctimeMs;
  if (BigInt(Date.now()) - newest < clockTick) return undefined;
  return [size, mtimeNs, ctimeNs, ino].join(' ');
}

function inputChanged(path: string): GraphError {
  return new GraphError(
    'input-changed',
    `"${path}" changed while the step used it. Run again when nothing writes to it.`,
    { location: { file: path } },
  );
}
