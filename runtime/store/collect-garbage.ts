import {
  GraphError,
  type ActionRecord,
  type ActionStore,
  type ArtifactStore,
  type ItemStore,
} from '@graft/graph';
import { References } from './references.ts';
import type { RunJournal } from './run-journal.ts';

/** Action stores mark use at this resolution (ms): what looks this much older may still be newer. */
const useResolutionMs = 60_000;

/** An item store that garbage collection can look into. */
export interface CollectableItems extends ItemStore {
  /** Every family with its bytes and when it was last opened (ms since the epoch). */
  list(): AsyncIterable<{ family: string; size: number; usedAt: number }>;
  /** Removes a family; false, and nothing removed, while some process appends to it. */
  delete(family: string): Promise<boolean>;
}

export interface GarbageOptions {
  readonly artifacts: ArtifactStore;
  readonly actions: ActionStore;
  readonly items: CollectableItems;
  readonly runs: RunJournal;
  /** Bytes that artifacts and items may take together. */
  readonly maxSize: number;
  /** Called before anything is deleted; throws where others no longer wait for this collection. */
  readonly check?: () => Promise<void>;
  /** Only tells what would be deleted: as if nobody were appending to a family. */
  readonly dryRun?: boolean;
}

export interface GarbageReport {
  /** Bytes of artifacts and items. */
  readonly before: number;
  readonly after: number;
  readonly deleted: {
    readonly actions: number;
    readonly artifacts: number;
    readonly families: number;
  };
  /** False where what running runs pin alone exceeds `maxSize`. */
  readonly reached: boolean;
}

/**
 * Brings the cache below `maxSize`, if it is above: first artifacts that no action refers to, then the least
 * recently used actions and item families, with the artifacts that only they referred to. What running runs
 * refer to stays, and so does whatever was written or used since the oldest of them started: they may be
 * about to refer to it. An experiment's run computes nothing itself: of a running experiment stay the results of
 * its variants that run or have succeeded. Graphs and settings of runs go with their run, and do not count.
 * Records go before the bytes that they name, so that an interruption leaves no record without its artifact;
 * on a full disk, where deleting a record may need room, they follow.
 */
export async function collectGarbage(options: GarbageOptions): Promise<GarbageReport> {
  const collection = new Collection(options);
  await collection.look();
  const before = collection.size;
  await collection.evictUnreferenced();
  await collection.evictLeastRecentlyUsed();
  return {
    before,
    after: collection.size,
    deleted: collection.deleted,
    reached: collection.size <= options.maxSize,
  };
}

type Candidate = { readonly usedAt: number } & (
  | { readonly kind: 'action'; readonly record: ActionRecord }
  | { readonly kind: 'family'; readonly family: string; readonly size: number }
);

class Collection {
  readonly #options: GarbageOptions;
  readonly #references: References;
  readonly #artifacts = new Map<string, { size: number; usedAt: number }>();
  #candidates: Candidate[] = [];
  /** What was used since then may belong to a running run. */
  #busySince = Infinity;
  /** Keys whose records are still to be deleted. */
  #forgotten: string[] = [];
  size = 0;
  readonly deleted = { actions: 0, artifacts: 0, families: 0 };

  constructor(options: GarbageOptions) {
    this.#options = options;
    this.#references = new References(options.artifacts);
  }

  async look(): Promise<void> {
    const { artifacts, actions, items, runs } = this.#options;
    const oldest = (await runs.unfinished()).find(({ experiment }) => experiment === undefined);
    this.#busySince = oldest === undefined ? Infinity : oldest.startedAt - useResolutionMs;
    const history = await runs.origins();
    for await (const { digest, size, usedAt } of artifacts.list()) {
      if (history.has(digest)) continue;
      this.#artifacts.set(digest, { size, usedAt });
      this.size += size;
    }
    for await (const { family, size, usedAt } of items.list()) {
      this.#candidates.push({ kind: 'family', family, size, usedAt });
      this.size += size;
    }
    for await (const { usedAt, ...record } of actions.list()) {
      this.#candidates.push({ kind: 'action', record, usedAt });
      await this.#references.add(record, (digest) => this.#artifacts.get(digest)?.size);
    }
    await this.#references.pin(await runs.pinned());
    this.#candidates.sort((a, b) => a.usedAt - b.usedAt);
  }

  async evictUnreferenced(): Promise<void> {
    const oldestFirst = [...this.#artifacts].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [digest] of oldestFirst) {
      if (this.#fits) return;
      if (!this.#references.has(digest)) await this.#deleteArtifact(digest);
    }
  }

  async evictLeastRecentlyUsed(): Promise<void> {
    for (const candidate of this.#candidates) {
      if (this.#fits || candidate.usedAt >= this.#busySince) break;
      if (candidate.kind === 'family') await this.#deleteFamily(candidate);
      else await this.#deleteAction(candidate.record);
    }
    // Records without their artifacts do no harm, and go with the next collection.
    await this.#forget();
  }

  get #isDry(): boolean {
    return this.#options.dryRun === true;
  }

  get #fits(): boolean {
    return this.size <= this.#options.maxSize;
  }

  async #deleteFamily(candidate: { family: string; size: number }): Promise<void> {
    await this.#options.check?.();
    if (!this.#isDry && !(await this.#options.items.delete(candidate.family))) return;
    this.size -= candidate.size;
    this.deleted.families += 1;
  }

  async #deleteAction(record: ActionRecord): Promise<void> {
    if (this.#references.isPinned(record)) return;
    this.#forgotten.push(record.key);
    await this.#forget();
    for (const digest of this.#references.release(record)) await this.#deleteArtifact(digest);
  }

  /** Deletes the records that are to go, as far as the disk has room for that. */
  async #forget(): Promise<void> {
    if (this.#forgotten.length === 0) return;
    await this.#options.check?.();
    try {
      if (!this.#isDry) await this.#options.actions.deleteMany(this.#forgotten);
    } catch (error) {
      if (GraphError.from(error).code !== 'no-space') throw error;
      return;
    }
    this.deleted.actions += this.#forgotten.length;
    this.#forgotten = [];
  }

  async #deleteArtifact(digest: string): Promise<void> {
    const found = this.#artifacts.get(digest);
    if (found === undefined || found.usedAt >= this.#busySince) return;
    await this.#options.check?.();
    if (!this.#isDry) await this.#options.artifacts.delete(digest);
    this.#artifacts.delete(digest);
    this.size -= found.size;
    this.deleted.artifacts += 1;
  }
}
