import type { FilesystemArtifactStore, LaidOutTree } from '../filesystem/index.ts';

/** Milliseconds: what was read less long ago counts as in use, as a server may show it. */
const usuallyInUse = 120_000;

/** The artifacts of S3 that a state folder also holds, to be read again without fetching them. */
export class LocalCopies {
  readonly #store: FilesystemArtifactStore;
  readonly #most: number;

  constructor(store: FilesystemArtifactStore, most: number) {
    this.#store = store;
    this.#most = most;
  }

  /** Bytes. */
  async size(): Promise<number> {
    let total = 0;
    for await (const { size } of this.#store.list()) total += size;
    for await (const { extra } of this.#store.trees()) total += extra;
    return total;
  }

  /**
   * Deletes the least recently used copies until the rest fits. Those that were used since `busySince` (ms since
   * the epoch: when the oldest running run started) stay, as steps may be reading them. A tree goes with the first of
   * its files, whose bytes it would keep. A run may start meanwhile: what it opens was used too late, and stays.
   * `inUse`: see `usuallyInUse`.
   */
  async shrink(busySince = Infinity, inUse = usuallyInUse): Promise<void> {
    const before = Math.min(busySince, Date.now()) - inUse;
    let total = 0;
    /** By the digest of a file: the trees that have it. Before the list, because the walk takes long. */
    const trees = new Map<string, Set<LaidOutTree>>();
    for await (const tree of this.#store.trees()) {
      total += tree.extra;
      for (const digest of [tree.digest, ...tree.files]) {
        trees.set(digest, (trees.get(digest) ?? new Set()).add(tree));
      }
    }
    const copies: { digest: string; size: number; usedAt: number }[] = [];
    for await (const copy of this.#store.list()) {
      copies.push(copy);
      total += copy.size;
    }
    copies.sort((a, b) => a.usedAt - b.usedAt);
    const folded = new Set<LaidOutTree>();
    for (const { digest, size, usedAt } of copies) {
      if (total <= this.#most || usedAt > before) return;
      const open = [...(trees.get(digest) ?? [])].filter((tree) => !folded.has(tree));
      // Opening a tree first reads its manifest, which marks that as used.
      if (await this.#isUsedSince(before, [digest, ...open.map((tree) => tree.digest)])) continue;
      for (const tree of open) {
        folded.add(tree);
        await this.#store.foldTree(tree.digest);
        total -= tree.extra;
      }
      await this.#store.delete(digest);
      total -= size;
    }
  }

  async #isUsedSince(time: number, digests: readonly string[]): Promise<boolean> {
    const times = await Promise.all(digests.map((digest) => this.#store.usedAt(digest)));
    return times.some((usedAt) => usedAt !== undefined && usedAt > time);
  }
}
