import { createHash } from 'node:crypto';
import { GraphError, type ArtifactStore, type Digest } from '@graft/graph';
import { eachAtOnce } from '@graft/kit';
import { assertDigest, isDigest } from '../digest.ts';
import { missingArtifact, type FilesystemArtifactStore } from '../filesystem/artifact-store.ts';
import { readManifest } from '../filesystem/tree.ts';
import { knownBytes, type KnownBytes } from '../known-bytes.ts';
import { isLost } from '../lost-artifact.ts';
import type { Bucket, NewObject } from './bucket.ts';

/** Milliseconds for which it is believed that an object is still there: plans ask for each result of a graph. */
const believedMs = 30_000;
/** Files of a tree that are sent or fetched at once. */
const atOnce = 4;
/** Bytes of the largest artifact that a jump into it fetches whole. */
const wholeBytes = 16 << 20;

/**
 * `sha256/ab/<digest>` holds bytes; `used/<digest>` notes when bytes that were there were stored again. A sound
 * object never changes, so any number of machines may use one bucket. Reads first fetch into a folder of copies and verify
 * there; writes are sent from there. `LocalCopies` deletes copies later.
 */
export class S3ArtifactStore implements ArtifactStore {
  readonly #bucket: Bucket;
  readonly #copies: FilesystemArtifactStore;
  /** Digest -> when its object was last seen, by `performance.now()`. */
  readonly #seen = new Map<Digest, number>();
  readonly #fetching = new Map<Digest, Promise<void>>();

  constructor(bucket: Bucket, copies: FilesystemArtifactStore) {
    this.#bucket = bucket;
    this.#copies = copies;
  }

  async has(digest: Digest, { fresh = false } = {}): Promise<boolean> {
    assertDigest(digest);
    const seenAt = this.#seen.get(digest);
    if (!fresh && seenAt !== undefined && performance.now() - seenAt < believedMs) return true;
    const found = await this.#bucket.head(keyOf(digest));
    this.#note(digest, found !== undefined);
    return found !== undefined;
  }

  async put(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<KnownBytes> {
    const blob = await this.#copies.put(bytes);
    await this.#send(blob);
    return blob;
  }

  async putKnown(known: KnownBytes, bytes: () => AsyncIterable<Uint8Array>): Promise<void> {
    assertDigest(known.digest);
    await this.#send(known, { bytes: () => knownBytes(known, bytes()), asks: true });
  }

  async *get(digest: Digest): AsyncGenerator<Uint8Array, void, undefined> {
    assertDigest(digest);
    for (let tries = 1; ; tries += 1) {
      await this.#fetch(digest);
      let hasBegun = false;
      try {
        for await (const chunk of this.#copies.get(digest)) {
          hasBegun = true;
          yield chunk;
        }
        return;
      } catch (error) {
        // The copy alone is damaged, or was left out in between.
        if (hasBegun || tries > 1 || !isLost(error)) throw error;
      }
    }
  }

  async *getFrom(digest: Digest, start: number): AsyncGenerator<Uint8Array, void, undefined> {
    assertDigest(digest);
    if (!(await this.#copies.has(digest))) {
      const found = await this.#bucket.head(keyOf(digest));
      if (found === undefined) throw missingArtifact(digest);
      if (found.size > wholeBytes) {
        const object = await this.#bucket.get(keyOf(digest), start);
        if (object === undefined) throw missingArtifact(digest);
        yield* object.bytes;
        return;
      }
      await this.#fetch(digest);
    }
    yield* this.#copies.getFrom(digest, start);
  }

  async putTree(folder: string): Promise<KnownBytes> {
    const tree = await this.#copies.putTree(folder);
    const manifest = await readManifest(this.#copies.get(tree.digest), tree.digest);
    const files = new Map(manifest.files.map(({ digest, size }) => [digest, size]));
    await eachAtOnce(files, atOnce, ([digest, size]) => this.#send({ digest, size }));
    // Last, so that whoever finds the tree finds its files.
    await this.put(this.#copies.get(tree.digest));
    return tree;
  }

  async openTree(digest: Digest): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      const manifest = await readManifest(this.get(digest), digest);
      await eachAtOnce(manifest.files, atOnce, async (file) => {
        try {
          await this.#fetch(file.digest);
        } catch (error) {
          // Without one of its files a tree is useless, and is recomputed.
          throw isLost(error) ? await this.#brokenTree(digest, file.path) : error;
        }
      });
      try {
        return await this.#copies.openTree(digest);
      } catch (error) {
        if (tries > 1 || !isLost(error)) throw error;
      }
    }
  }

  async *list(): AsyncGenerator<KnownBytes & { usedAt: number }, void, undefined> {
    const ahead = await this.#clockAhead();
    const used = new Map<string, number>();
    for await (const { key, writtenAt } of this.#bucket.list('used/')) {
      used.set(key.slice('used/'.length), writtenAt);
    }
    for await (const { key, size, writtenAt } of this.#bucket.list('sha256/')) {
      const digest = key.slice(key.lastIndexOf('/') + 1);
      if (!isDigest(digest)) continue;
      yield { digest, size, usedAt: Math.max(writtenAt, used.get(digest) ?? 0) - ahead };
    }
  }

  async delete(digest: Digest): Promise<void> {
    assertDigest(digest);
    this.#seen.delete(digest);
    await this.#bucket.delete(keyOf(digest));
    await this.#bucket.delete(usedKeyOf(digest));
    await this.#copies.delete(digest);
  }

  async verify(digest: Digest): Promise<boolean> {
    assertDigest(digest);
    for (let tries = 1; ; tries += 1) {
      const object = await this.#bucket.get(keyOf(digest));
      this.#note(digest, object !== undefined);
      if (object === undefined) return false;
      const hash = createHash('sha256');
      for await (const chunk of object.bytes) hash.update(chunk);
      if (hash.digest('hex') === digest) return true;
      if (tries > 1) break;
    }
    // A good copy here replaces it; nothing is lost then.
    if (!(await this.#copies.verify(digest))) {
      await this.#requireDamage(digest);
      return false;
    }
    await this.#bucket.replace(keyOf(digest), {
      size: (await this.#copies.sizeOf(digest)) ?? 0,
      bytes: () => this.#copies.get(digest),
      checksum: checksumOf(digest),
    });
    return true;
  }

  /** Makes sure that the bytes are in the bucket and in the folder of copies. */
  #fetch(digest: Digest): Promise<void> {
    const fetching = this.#fetching.get(digest) ?? this.#fetchOnce(digest);
    this.#fetching.set(digest, fetching);
    return fetching.finally(() => {
      if (this.#fetching.get(digest) === fetching) this.#fetching.delete(digest);
    });
  }

  async #fetchOnce(digest: Digest): Promise<void> {
    if (await this.#copies.has(digest)) return;
    let [broken, altered] = [0, 0];
    for (;;) {
      const object = await this.#bucket.get(keyOf(digest));
      this.#note(digest, object !== undefined);
      if (object === undefined) throw missingArtifact(digest);
      const came = await this.#arrived(object.bytes, broken < 3);
      if (came === digest) return;
      if (came === undefined) {
        broken += 1;
        continue;
      }
      await this.#copies.delete(came);
      altered += 1;
      // The first time, the way may have altered it.
      if (altered === 1) continue;
      await this.#requireDamage(digest);
      this.#seen.delete(digest);
      await this.#bucket.delete(keyOf(digest), object.tag);
      throw this.#damaged(digest);
    }
  }

  /** The digest of what came; undefined where it broke off and may be tried again. */
  async #arrived(bytes: AsyncIterable<Uint8Array>, again: boolean): Promise<Digest | undefined> {
    try {
      return (await this.#copies.put(bytes)).digest;
    } catch (error) {
      if (again && error instanceof GraphError && error.code === 'unavailable') return undefined;
      throw error;
    }
  }

  /** Throws `unavailable` unless the service confirms that an object is damaged: the way may alter each answer. */
  async #requireDamage(digest: Digest): Promise<void> {
    if (await this.#bucket.isDamaged(keyOf(digest), checksumOf(digest))) return;
    throw new GraphError(
      'unavailable',
      `The artifact ${digest} of ${this.#bucket.shown} was altered on the way: its bytes differ from its digest, and the service does not confirm that it is damaged. Nothing was deleted. Check what stands between, such as a proxy, then try again. If the object is damaged, delete ${keyOf(digest)} there.`,
      { location: { file: this.#bucket.shown }, audience: 'operator' },
    );
  }

  /** `bytes`: where they are; default: the copy. `asks`: they probably are there, so it looks before it sends them. */
  async #send(
    { digest, size }: KnownBytes,
    {
      bytes = () => this.#copies.get(digest),
      asks = size > wholeBytes,
    }: { readonly bytes?: NewObject['bytes']; readonly asks?: boolean } = {},
  ): Promise<void> {
    const key = keyOf(digest);
    const object = { size, bytes, checksum: checksumOf(digest) };
    // A large one is sent only where it is missing; the condition decides where two send it at once.
    const found = asks ? await this.#bucket.head(key) : undefined;
    if (found === undefined && (await this.#bucket.create(key, object))) {
      this.#note(digest, true);
      return;
    }
    const there = found ?? (await this.#bucket.head(key));
    // Deleted in between, or damaged: of another length.
    if (there?.size !== size) await this.#bucket.replace(key, object);
    else await this.#bucket.replace(usedKeyOf(digest), { size: 0, bytes: nothing });
    this.#note(digest, true);
  }

  /** Milliseconds by which the service's clock is ahead of ours: runs are compared with what is listed. */
  async #clockAhead(): Promise<number> {
    const before = Date.now();
    await this.#bucket.replace('clock', { size: 0, bytes: nothing });
    const written = await this.#bucket.head('clock');
    return written === undefined ? 0 : written.writtenAt - before;
  }

  #note(digest: Digest, isThere: boolean): void {
    if (isThere) this.#seen.set(digest, performance.now());
    else this.#seen.delete(digest);
  }

  #damaged(digest: Digest): GraphError {
    return new GraphError(
      'store-damaged',
      `The stored artifact ${digest} in ${this.#bucket.shown} is damaged and was deleted. Its bytes differ from its digest. Run again to recompute it.`,
      { location: { file: this.#bucket.shown }, audience: 'operator' },
    );
  }

  async #brokenTree(digest: Digest, path: string): Promise<GraphError> {
    await this.delete(digest);
    return new GraphError(
      'store-damaged',
      `The stored artifact ${digest} in ${this.#bucket.shown} is damaged and was deleted. Its file ${path} is missing or altered. Run again to recompute it.`,
      { location: { file: this.#bucket.shown }, audience: 'operator' },
    );
  }
}

const keyOf = (digest: Digest): string => `sha256/${digest.slice(0, 2)}/${digest}`;
/** As S3 writes a sha256. */
const checksumOf = (digest: Digest): string => Buffer.from(digest, 'hex').toString('base64');
const usedKeyOf = (digest: Digest): string => `used/${digest}`;

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  // No bytes.
}
