import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError, type ArtifactStore, type Digest } from '@graft/graph';
import {
  hasCode,
  hashFile,
  removeFolder,
  removeLeftovers,
  removeOlderThan,
  stagingName,
  syncPath,
} from '@graft/kit';
import { diskError } from '../disk-error.ts';
import { assertDigest, isDigest } from '../digest.ts';
import { knownBytes, type KnownBytes } from '../known-bytes.ts';
import { moveBlob, reuse, writeBlob, type BlobPlaces } from './blob-writer.ts';
import { chunkBytes, readChunks } from './read-chunks.ts';
import { filesBelow, layOutTree, parseManifest, readManifest, storeTree } from './tree.ts';

/** Bytes of the largest artifact that is read at once and verified before its first byte is returned. */
const wholeReadBytes = 1 << 20;
/** Bytes that are read first after a jump into an artifact, which usually serves a few rows. */
const firstBytes = 1 << 16;
/** A blob's mtime is the time of its last use, at this resolution (ms). */
const usualTouchEvery = 3_600_000;
/** How long (ms) damaged files are kept for inspection. */
const keepDamagedMs = 7 * 24 * 3_600_000;

/** A tree that is laid out as a folder. */
export interface LaidOutTree {
  readonly digest: Digest;
  readonly files: readonly Digest[];
  /** Bytes. */
  readonly extra: number;
}

/**
 * `sha256/ab/<digest>` holds bytes, `staging/` files being written, `trees/<digest>/` trees laid out as hard links, and
 * `damaged/` files that failed verification. Any number of processes may use one folder.
 */
export class FilesystemArtifactStore implements ArtifactStore {
  readonly folder: string;
  readonly #places: BlobPlaces;
  readonly #touchEvery: number;

  /** Creates the folders and removes leftovers of dead processes. `touchEvery`: see `usualTouchEvery`. */
  static async open(
    folder: string,
    { touchEvery = usualTouchEvery }: { readonly touchEvery?: number } = {},
  ): Promise<FilesystemArtifactStore> {
    const store = new FilesystemArtifactStore(folder, touchEvery);
    try {
      for (const name of ['sha256', 'staging', 'trees', 'damaged']) {
        await mkdir(join(folder, name), { recursive: true });
      }
      await makePrefixes(join(folder, 'sha256'));
      await removeLeftovers(join(folder, 'staging'));
      // `trees` holds finished trees beside those being laid out.
      await removeLeftovers(join(folder, 'trees'), isDigest);
      await removeOlderThan(join(folder, 'damaged'), keepDamagedMs);
    } catch (error) {
      throw diskError(error, folder);
    }
    return store;
  }

  private constructor(folder: string, touchEvery: number) {
    this.folder = folder;
    this.#touchEvery = touchEvery;
    this.#places = {
      path: (digest) => join(folder, 'sha256', digest.slice(0, 2), digest),
      staging: () => join(folder, 'staging', stagingName()),
    };
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.sizeOf(digest)) !== undefined;
  }

  /** Bytes; undefined where it is absent. */
  async sizeOf(digest: Digest): Promise<number | undefined> {
    return (await this.#stat(digest))?.size;
  }

  /** The time of its last use (ms since the epoch), as `list`; undefined where it is absent. */
  async usedAt(digest: Digest): Promise<number | undefined> {
    return (await this.#stat(digest))?.mtimeMs;
  }

  async #stat(digest: Digest): Promise<Stats | undefined> {
    assertDigest(digest);
    try {
      return await stat(this.#places.path(digest));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw diskError(error, this.folder);
    }
  }

  async put(
    bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<{ digest: Digest; size: number }> {
    return writeBlob(bytes, this.#places);
  }

  async putKnown(known: KnownBytes, bytes: () => AsyncIterable<Uint8Array>): Promise<void> {
    assertDigest(known.digest);
    const path = this.#places.path(known.digest);
    try {
      if (await reuse(path, known.size)) return;
    } catch (error) {
      throw diskError(error, path);
    }
    await writeBlob(knownBytes(known, bytes()), this.#places);
  }

  async *get(digest: Digest): AsyncGenerator<Uint8Array, void, undefined> {
    assertDigest(digest);
    const path = this.#places.path(digest);
    const handle = await this.#open(digest);
    try {
      const { size, mtimeMs } = await handle.stat();
      if (Date.now() - mtimeMs > this.#touchEvery) await this.#touch(digest);
      const hash = createHash('sha256');
      if (size <= wholeReadBytes) {
        const bytes = await handle.readFile();
        if (hash.update(bytes).digest('hex') !== digest) throw await this.#damaged(digest);
        yield bytes;
        return;
      }
      for await (const chunk of readChunks(handle, { start: 0, first: chunkBytes })) {
        hash.update(chunk);
        yield chunk;
      }
      if (hash.digest('hex') !== digest) throw await this.#damaged(digest);
    } catch (error) {
      throw diskError(error, path);
    } finally {
      await handle.close();
    }
  }

  async *getFrom(digest: Digest, start: number): AsyncGenerator<Uint8Array, void, undefined> {
    assertDigest(digest);
    const handle = await this.#open(digest);
    try {
      yield* readChunks(handle, { start, first: firstBytes });
    } catch (error) {
      throw diskError(error, this.#places.path(digest));
    } finally {
      await handle.close();
    }
  }

  async putTree(folder: string): Promise<{ digest: Digest; size: number }> {
    return storeTree(folder, {
      moveIn: (file) => moveBlob(file, this.#places),
      put: (bytes) => this.put(bytes),
    });
  }

  async openTree(digest: Digest): Promise<string> {
    const manifest = await readManifest(this.get(digest), digest);
    for (const file of manifest.files) {
      const path = this.#places.path(file.digest);
      const found = await stat(path).catch(() => undefined);
      if (found?.size !== file.size) {
        if (found !== undefined) await this.#moveAway(file.digest);
        // Without one of its files a tree is useless, and is recomputed.
        throw await this.#damaged(digest, file.path);
      }
      if (Date.now() - found.mtimeMs > this.#touchEvery) await this.#touch(file.digest);
    }
    return layOutTree(join(this.folder, 'trees', digest), manifest, {
      blob: async (file) => {
        if (!(await this.verify(file.digest))) {
          await this.#moveAway(file.digest);
          throw await this.#damaged(digest, file.path);
        }
        return this.#places.path(file.digest);
      },
    });
  }

  async *list(): AsyncGenerator<{ digest: Digest; size: number; usedAt: number }, void, undefined> {
    const root = join(this.folder, 'sha256');
    for (const prefix of (await readdir(root)).sort()) {
      for (const digest of (await readdir(join(root, prefix))).sort()) {
        const found = await stat(join(root, prefix, digest)).catch(() => undefined);
        if (found?.isFile() === true) yield { digest, size: found.size, usedAt: found.mtimeMs };
      }
    }
  }

  /**
   * The trees that are laid out, each with the digests of its files, and the bytes that it takes besides the listed ones:
   * of copies, where the filesystem has no hard links, and of files that were deleted from the store alone.
   */
  async *trees(): AsyncGenerator<LaidOutTree, void, undefined> {
    for (const digest of await readdir(join(this.folder, 'trees'))) {
      if (!isDigest(digest)) continue;
      // Not by `get`, which would mark it as used.
      const manifest = await readFile(this.#places.path(digest)).then(
        parseManifest,
        () => undefined,
      );
      let extra = 0;
      for (const path of await filesBelow(join(this.folder, 'trees', digest)).catch(() => [])) {
        const found = await stat(join(this.folder, 'trees', digest, path)).catch(() => undefined);
        if (found?.nlink === 1) extra += found.size;
      }
      yield { digest, files: manifest?.files.map((file) => file.digest) ?? [], extra };
    }
  }

  /** Removes the folder of a tree, which is laid out again when it is opened. */
  async foldTree(digest: Digest): Promise<void> {
    assertDigest(digest);
    await removeFolder(join(this.folder, 'trees', digest));
  }

  async delete(digest: Digest): Promise<void> {
    assertDigest(digest);
    try {
      await removeFolder(join(this.folder, 'trees', digest));
      await rm(this.#places.path(digest), { force: true });
    } catch (error) {
      throw diskError(error, this.folder);
    }
  }

  async verify(digest: Digest): Promise<boolean> {
    assertDigest(digest);
    try {
      return (await hashFile(this.#places.path(digest))).digest === digest;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return false;
      throw diskError(error, this.folder);
    }
  }

  async #open(digest: Digest): Promise<FileHandle> {
    const path = this.#places.path(digest);
    return open(path, 'r').catch((error: unknown) => {
      throw hasCode(error, 'ENOENT') ? missingArtifact(digest) : diskError(error, path);
    });
  }

  async #touch(digest: Digest): Promise<void> {
    const now = new Date();
    // Another process may have evicted it meanwhile; the reader notices.
    await utimes(this.#places.path(digest), now, now).catch(() => undefined);
  }

  async #moveAway(digest: Digest): Promise<void> {
    const away = join(this.folder, 'damaged', `${digest}-${stagingName()}`);
    await rename(this.#places.path(digest), away).catch(() => undefined);
    await removeFolder(join(this.folder, 'trees', digest));
  }

  async #damaged(digest: Digest, file?: string): Promise<GraphError> {
    await this.#moveAway(digest);
    const damage =
      file === undefined
        ? 'Its bytes differ from its digest'
        : `Its file ${file} is missing or altered`;
    return new GraphError(
      'store-damaged',
      `The stored artifact ${digest} is damaged and was moved away. ${damage}. Run again to recompute it.`,
      { location: { file: this.#places.path(digest) }, audience: 'operator' },
    );
  }
}

/** Creates all at once, so that no write has to create and sync its folder. */
async function makePrefixes(folder: string): Promise<void> {
  const prefix = (index: number): string => join(folder, index.toString(16).padStart(2, '0'));
  // The last one exists only if all do.
  if ((await stat(prefix(255)).catch(() => undefined)) !== undefined) return;
  for (let index = 0; index < 256; index++) await mkdir(prefix(index), { recursive: true });
  await syncPath(folder);
}

export function missingArtifact(digest: Digest): GraphError {
  return new GraphError(
    'missing-file',
    `The artifact ${digest} is not in the store: it was removed, or never made. Run again to recompute it.`,
  );
}
