import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Catalogue } from '@graft/backends/catalogue';
import type { ActionStore, ArtifactStore } from '@graft/graph';
import { folderSize, hasCode, leftoversIn, removeLeftovers } from '@graft/kit';
import {
  collectCheckpoints,
  collectGarbage,
  verifyAll,
  type CollectableItems,
  type GarbageReport,
  type RunJournal,
  type VerifyReport,
} from '@graft/store';
import type { Leases } from '@graft/store/database';
import type { DiskReserve } from '@graft/store/filesystem';
import type { LocalCopies } from '@graft/store/s3';
import type { StateGuard } from '../files/state-folder.ts';
import type { ReceivedPackages } from '../package/received-packages.ts';
import { ServerPresence } from '../state/server-presence.ts';

/** Milliseconds that a collection waits for packages to be unpacked. */
const patience = 20_000;
const busy = (pid: number): string =>
  `The process ${String(pid)} is unpacking a package or shrinking the cache. Nothing was deleted. Try again when it has finished.`;

/** What a collection did. */
export interface CollectReport extends GarbageReport {
  /** Steps whose checkpoints were removed. */
  readonly checkpoints: number;
  /** Bytes of those. */
  readonly checkpointBytes: number;
  /** Bytes of scratch that were removed. */
  readonly scratch: number;
  /** Bytes of models in another encoding than published that were removed, since nobody has read them for a week. */
  readonly converted: number;
}

/** Bytes of the folders that Graft fills, and what their disks have left. */
export interface DiskUse {
  readonly state: {
    readonly folder: string;
    /** All of it. */
    readonly total: number;
    /** Results and rows. */
    readonly results: number;
    readonly checkpoints: number;
    readonly scratch: number;
    readonly free: number;
  };
  readonly models: { readonly folder: string; readonly total: number; readonly free: number };
}

export interface UnlistedSizes {
  /** Of interrupted steps, to go on from. */
  readonly checkpoints: number;
  /** Of steps at work. */
  readonly scratch: number;
}

interface StateStorageParts {
  readonly stores: {
    readonly artifacts: ArtifactStore;
    readonly items: CollectableItems;
    readonly actions: ActionStore;
    readonly runs: RunJournal;
  };
  readonly stateFolder: string;
  /** One folder for each interrupted step. */
  readonly checkpointFolder: string;
  /** Files of steps at work. */
  readonly scratchFolder: string;
  /** Room kept for when the disk is full. */
  readonly reserve: DiskReserve;
  readonly state: StateGuard;
  readonly leases: Leases;
  readonly catalogue: Catalogue;
  readonly received: ReceivedPackages;
  /** Of artifacts elsewhere: those that the state folder also holds. */
  readonly copies?: LocalCopies;
}

/** What the state folder holds on the disk. */
export class StateStorage {
  readonly #parts: StateStorageParts;

  constructor(parts: StateStorageParts) {
    this.#parts = parts;
  }

  /**
   * Brings artifacts and items below `maxSize` bytes, least recently used first; running runs keep theirs. Always removes
   * checkpoints that nobody used for a week and scratch files of processes that are gone.
   */
  async collect(maxSize: number): Promise<CollectReport> {
    const { stores, leases, checkpointFolder, scratchFolder, reserve, catalogue } = this.#parts;
    await this.#parts.state.check();
    // Deleting records takes room before it gives any.
    await reserve.giveUpIfNeeded();
    const scratch = await folderSize(scratchFolder);
    await removeLeftovers(scratchFolder);
    const scratchLeft = await folderSize(scratchFolder);
    const { steps, bytes: checkpointBytes } = await collectCheckpoints(checkpointFolder);
    const converted = await catalogue.removeUnusedConversions();
    // Whoever makes room must be let in where there is none.
    const options = { patience, busy, evenIfFull: true };
    const report = await leases.with('collection', options, async (lease) => {
      const actions = await this.#parts.received.withAll(stores.actions);
      return collectGarbage({ ...stores, actions, maxSize, check: () => lease.check() });
    });
    await reserve.take();
    const removed = { checkpoints: steps, checkpointBytes, converted };
    return { ...report, ...removed, scratch: Math.max(0, scratch - scratchLeft) };
  }

  /** What `collect` would do now; deletes nothing. */
  async preview(maxSize: number): Promise<CollectReport> {
    const { stores, checkpointFolder, scratchFolder, catalogue } = this.#parts;
    await this.#parts.state.check();
    const dryRun = true;
    let scratch = 0;
    for (const path of await leftoversIn(scratchFolder)) scratch += await folderSize(path);
    const { steps, bytes } = await collectCheckpoints(checkpointFolder, { dryRun });
    const converted = await catalogue.removeUnusedConversions({ dryRun });
    const actions = await this.#parts.received.withAll(stores.actions);
    const report = await collectGarbage({ ...stores, actions, maxSize, dryRun });
    return { ...report, checkpoints: steps, checkpointBytes: bytes, scratch, converted };
  }

  /** What is on the disk, and what of it a collection looks after. */
  async use(): Promise<DiskUse> {
    const { stateFolder, catalogue } = this.#parts;
    const results = await this.#resultsHere();
    return {
      state: {
        ...{ folder: stateFolder, results, ...(await this.unlistedSizes()) },
        ...{ total: await folderSize(stateFolder), free: await freeBytes(stateFolder) },
      },
      models: {
        folder: catalogue.modelsFolder,
        total: (await catalogue.usage()).total,
        free: await freeBytes(catalogue.modelsFolder),
      },
    };
  }

  /** Bytes of the state folder beside artifacts and items. */
  async unlistedSizes(): Promise<UnlistedSizes> {
    const { checkpointFolder, scratchFolder } = this.#parts;
    return {
      checkpoints: await folderSize(checkpointFolder),
      scratch: await folderSize(scratchFolder),
    };
  }

  /** Hashes every artifact again and removes the damaged ones. */
  verify(): Promise<VerifyReport> {
    return verifyAll(this.#parts.stores.artifacts);
  }

  /** Tells others of a server in this process, until the result is disposed of: nobody moves the state under it. */
  serving(): Promise<AsyncDisposable> {
    return new ServerPresence(this.#parts.stateFolder, this.#parts.leases).announce();
  }

  /**
   * After a run: removes the scratch of a worker that died in it, deletes copies of artifacts beyond their bound, and
   * reserves again the room given up for its end.
   */
  async tidyUp(): Promise<void> {
    const { scratchFolder, copies, stores, reserve } = this.#parts;
    await removeLeftovers(scratchFolder).catch(() => undefined);
    if (copies !== undefined) await shrinkCopies(copies, stores.runs).catch(() => undefined);
    await reserve.take();
  }

  /** Bytes of results and rows on this disk. */
  async #resultsHere(): Promise<number> {
    const { copies, stores } = this.#parts;
    if (copies === undefined) return (await this.preview(Number.MAX_SAFE_INTEGER)).before;
    let here = await copies.size();
    for await (const { size } of stores.items.list()) here += size;
    return here;
  }
}

/** What running runs may read stays; an experiment's run reads nothing itself. */
async function shrinkCopies(copies: LocalCopies, runs: RunJournal): Promise<void> {
  const oldest = (await runs.unfinished()).find(({ experiment }) => experiment === undefined);
  await copies.shrink(oldest?.startedAt);
}

/** What the disk of a folder has left for this account; that of a folder above, where it is not made yet. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || dirname(folder) === folder) throw error;
    return freeBytes(dirname(folder));
  }
}
