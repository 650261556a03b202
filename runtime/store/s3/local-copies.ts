import type { FilesystemArtifactStore } from '../filesystem/index.ts';

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
    return total;
  }

  /**
   * Deletes the least recently used copies until the rest fits. Those that were used since `busySince` (ms since
   * the epoch: when the oldest running run started) stay, as steps may be reading them. `inUse`: see `usuallyInUse`.
   */
  async shrink(busySince = Infinity, inUse = usuallyInUse): Promise<void> {
    const before = Math.min(busySince, Date.now()) - inUse;
    const copies: { digest: string; size: number; usedAt: number }[] = [];
    let total = 0;
    for await (const copy of this.#store.list()) {
      copies.push(copy);
      total += copy.size;
    }
    copies.sort((a, b) => a.usedAt - b.usedAt);
    for (const { digest, size, usedAt } of copies) {
      if (total <= this.#most || usedAt > before) return;
      await this.#store.delete(digest);
      total -= size;
    }
  }
}
