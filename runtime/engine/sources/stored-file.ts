import { GraphError, type ArtifactStore, type ResolvedFile, type SourceFile } from '@graft/graph';
import type { OpenReading, Readings } from './verified-file.ts';

/** A source in the artifact store, which compares every reading with the digest. */
export class StoredFile implements SourceFile {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
  readonly #artifacts: Pick<ArtifactStore, 'get'>;
  readonly #readings: Readings;

  constructor(
    { path, digest, size }: ResolvedFile,
    artifacts: Pick<ArtifactStore, 'get'>,
    readings: Readings,
  ) {
    this.path = path;
    this.digest = digest;
    this.size = size;
    this.#artifacts = artifacts;
    this.#readings = readings;
  }

  async bytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of this.#artifacts.get(this.digest)) pieces.push(piece);
    } catch (error) {
      throw this.#failed(error);
    }
    const [only] = pieces;
    return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    const reading = new StoredReading(this.#artifacts.get(this.digest), (error) => {
      throw this.#failed(error);
    });
    this.#readings.open.add(reading);
    try {
      for (let next = await reading.next(); next !== undefined; next = await reading.next()) {
        yield next;
        if (await reading.isCut()) throw this.#interrupted();
      }
    } finally {
      this.#readings.open.delete(reading);
      // Also if the reader stopped early: only the whole file verifies the part that it read.
      await reading.finish(this.#readings.signal.aborted);
    }
  }

  /** The error of a reading whose end somebody else has read. */
  #interrupted(): Error {
    this.#readings.signal.throwIfAborted();
    return new GraphError(
      'internal',
      `A step went on reading "${this.path}" after its reading had been verified.`,
      { audience: 'developer', location: { file: this.path } },
    );
  }

  /** The error of a file that the store lacks or holds damaged. The step ends with it, even if the node catches it. */
  #failed(cause: unknown): GraphError {
    const { code, message, audience } = GraphError.from(cause);
    const failure = new GraphError(code, `Graft cannot read "${this.path}". ${message}`, {
      ...{ cause, audience },
      location: { file: this.path },
    });
    return (this.#readings.changed ??= failure);
  }
}

class StoredReading implements OpenReading {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #failed: (error: unknown) => never;
  #ended = false;
  /** Resolves to whether its reader misses bytes for it. */
  #finishing: Promise<boolean> | undefined;

  constructor(pieces: AsyncIterable<Uint8Array>, failed: (error: unknown) => never) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#failed = failed;
  }

  /** Whether somebody else has read bytes that its reader has not. */
  async isCut(): Promise<boolean> {
    return (await this.#finishing) ?? false;
  }

  async next(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#pieces.next();
      if (next.done !== true) return next.value;
      this.#ended = true;
      return undefined;
    } catch (error) {
      this.#ended = true;
      return this.#failed(error);
    }
  }

  async finish(skip: boolean): Promise<void> {
    await (this.#finishing ??= this.#readOn(skip));
  }

  async #readOn(skip: boolean): Promise<boolean> {
    if (this.#ended) return false;
    let isCut = skip;
    if (!skip) while ((await this.next()) !== undefined) isCut = true;
    this.#ended = true;
    await this.#pieces.return?.();
    return isCut;
  }
}
