import type { ActionRecord, ArtifactRef, ArtifactStore } from '@graft/graph';
import { parseManifest } from './filesystem/tree.ts';
import { isLost } from './lost-artifact.ts';

/** A manifest starts so: a cheap look tells that a large artifact is none. */
const manifestStart = '{"files":[';

/** Which artifacts are referred to by actions, how often, and by running runs. A tree refers to its files. */
export class References {
  readonly #artifacts: ArtifactStore;
  readonly #counts = new Map<string, number>();
  readonly #byAction = new Map<string, ReadonlySet<string>>();
  readonly #files = new Map<string, readonly string[]>();
  #pinned = new Set<string>();

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
  }

  has(digest: string): boolean {
    return this.#pinned.has(digest) || (this.#counts.get(digest) ?? 0) > 0;
  }

  /** Counts what an action refers to. `storedSize` gives the bytes stored under a digest. */
  async add(
    record: ActionRecord,
    storedSize: (digest: string) => number | undefined,
  ): Promise<void> {
    const digests = new Set<string>();
    for (const output of Object.values(record.outputs)) {
      digests.add(output.digest);
      if (!mayBeTree(output, storedSize(output.digest))) continue;
      for (const file of await this.#filesOf(output.digest)) digests.add(file);
    }
    this.#byAction.set(record.key, digests);
    for (const digest of digests) this.#counts.set(digest, (this.#counts.get(digest) ?? 0) + 1);
  }

  async pin(digests: ReadonlySet<string>): Promise<void> {
    this.#pinned = new Set(digests);
    for (const digest of digests) {
      for (const file of await this.#filesOf(digest)) this.#pinned.add(file);
    }
  }

  isPinned(record: ActionRecord): boolean {
    return Object.values(record.outputs).some(({ digest }) => this.#pinned.has(digest));
  }

  /** Forgets an action; gives what nothing refers to any more. */
  release(record: ActionRecord): string[] {
    const free: string[] = [];
    for (const digest of this.#byAction.get(record.key) ?? []) {
      this.#counts.set(digest, (this.#counts.get(digest) ?? 0) - 1);
      if (!this.has(digest)) free.push(digest);
    }
    this.#byAction.delete(record.key);
    return free;
  }

  async #filesOf(digest: string): Promise<readonly string[]> {
    const known = this.#files.get(digest);
    if (known !== undefined) return known;
    const files = await this.#readFiles(digest);
    this.#files.set(digest, files);
    return files;
  }

  async #readFiles(digest: string): Promise<string[]> {
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of this.#artifacts.get(digest)) {
        if (
          chunks.length === 0 &&
          !Buffer.from(chunk).toString('latin1').startsWith(manifestStart)
        ) {
          return [];
        }
        chunks.push(chunk);
      }
    } catch (error) {
      // Gone or damaged: it refers to nothing. Of any other failure it is not known what would be deleted.
      if (isLost(error)) return [];
      throw error;
    }
    return parseManifest(Buffer.concat(chunks))?.files.map((file) => file.digest) ?? [];
  }
}

/** A tree's size is that of its files, while what is stored under its digest is the manifest. */
function mayBeTree(output: ArtifactRef, stored: number | undefined): boolean {
  return stored !== undefined && (output.mediaType.endsWith('+tree') || output.size !== stored);
}
