import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GraphError, type ArtifactStore, type Digest } from '@graft/graph';
import { removeLeftovers, stagingName } from '@graft/kit';
import { assertDigest } from '../../digest.ts';
import { knownBytes, type KnownBytes } from '../../known-bytes.ts';
import { layOutTree, readManifest, storeTree } from '../../filesystem/tree.ts';

interface Held {
  bytes: Uint8Array;
  usedAt: number;
}

/** Artifacts in memory, for tests. Opened trees are laid out in the system's temporary folder. */
export class MemoryArtifactStore implements ArtifactStore {
  readonly #held = new Map<Digest, Held>();
  #trees: Promise<string> | undefined;

  async has(digest: Digest): Promise<boolean> {
    assertDigest(digest);
    return this.#held.has(digest);
  }

  async put(
    bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<{ digest: Digest; size: number }> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(Uint8Array.from(chunk));
    const whole = new Uint8Array(Buffer.concat(chunks));
    const digest = sha256(whole);
    this.#held.set(digest, { bytes: whole, usedAt: Date.now() });
    return { digest, size: whole.byteLength };
  }

  async putKnown(known: KnownBytes, bytes: () => AsyncIterable<Uint8Array>): Promise<void> {
    assertDigest(known.digest);
    const held = this.#held.get(known.digest);
    if (held === undefined) await this.put(knownBytes(known, bytes()));
    else held.usedAt = Date.now();
  }

  async *get(digest: Digest): AsyncGenerator<Uint8Array, void, undefined> {
    assertDigest(digest);
    const held = this.#held.get(digest);
    if (held === undefined) {
      throw new GraphError(
        'missing-file',
        `The artifact ${digest} is not in the store. Run again to recompute it.`,
      );
    }
    if (sha256(held.bytes) !== digest) {
      this.#held.delete(digest);
      throw new GraphError(
        'store-damaged',
        `The stored artifact ${digest} is damaged and was removed. Run again to recompute it.`,
      );
    }
    held.usedAt = Date.now();
    yield Uint8Array.from(held.bytes);
  }

  async *getFrom(digest: Digest, start: number): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const bytes of this.get(digest)) yield bytes.subarray(start);
  }

  putTree(folder: string): Promise<{ digest: Digest; size: number }> {
    return storeTree(folder, {
      moveIn: async (file) => this.put([await readFile(file)]),
      put: (bytes) => this.put(bytes),
    });
  }

  async openTree(digest: Digest): Promise<string> {
    const manifest = await readManifest(this.get(digest), digest);
    const root = await (this.#trees ??= treesFolder());
    const blobs = join(root, 'blobs');
    return layOutTree(join(root, 'trees', digest), manifest, {
      blob: async (file) => {
        const path = join(blobs, `${file.digest}-${randomUUID()}`);
        await mkdir(dirname(path), { recursive: true });
        const held = this.#held.get(file.digest);
        if (held === undefined || sha256(held.bytes) !== file.digest) {
          this.#held.delete(file.digest);
          this.#held.delete(digest);
          throw new GraphError(
            'store-damaged',
            `The stored artifact ${digest} is damaged and was removed. Its file ${file.path} is gone or altered. Run again to recompute it.`,
          );
        }
        await writeFile(path, held.bytes, { mode: 0o444 });
        return path;
      },
    });
  }

  async *list(): AsyncGenerator<{ digest: Digest; size: number; usedAt: number }, void, undefined> {
    for (const [digest, { bytes, usedAt }] of [...this.#held]) {
      yield { digest, size: bytes.byteLength, usedAt };
    }
  }

  async delete(digest: Digest): Promise<void> {
    assertDigest(digest);
    this.#held.delete(digest);
  }

  async verify(digest: Digest): Promise<boolean> {
    assertDigest(digest);
    const held = this.#held.get(digest);
    return held !== undefined && sha256(held.bytes) === digest;
  }

  /** Alters the held bytes, as a failing disk would: for tests of what happens then. */
  damage(digest: Digest): void {
    const held = this.#held.get(digest);
    if (held !== undefined) held.bytes = Uint8Array.from([...held.bytes, 0]);
  }
}

function sha256(bytes: Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * A new folder for laid-out trees, below the system's temporary folder. A later process removes it, since a killed
 * process (test runners kill theirs) cannot.
 */
async function treesFolder(): Promise<string> {
  const all = join(tmpdir(), `graft-trees-${process.getuid?.() ?? 0}`);
  await mkdir(all, { recursive: true, mode: 0o700 });
  await removeLeftovers(all);
  const folder = join(all, stagingName());
  await mkdir(folder);
  return folder;
}
