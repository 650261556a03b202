import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError, type ArtifactStore } from '@graft/graph';
import { stagingName } from '@graft/kit';
import { readMark, WorkspaceIdentity, type MarkedPlace } from '@graft/store';
import {
  movingLease,
  openDatabaseStores,
  type DatabaseStores,
  type TableLines,
} from '@graft/store/database';
import { openArtifactStores, type ArtifactStores, type S3Settings } from '@graft/store/s3';
import { scratchFolder } from '@graft/worker/state-folders';
import { makeStateFolder, openStateFolder } from '../files/state-folder.ts';
import { ServerPresence } from './server-presence.ts';

/** Where the state of a workspace is. */
export interface StatePlace {
  readonly root: string;
  readonly stateFolder: string;
  readonly database?: string;
  readonly artifacts?: S3Settings;
}

/** Bytes of artifacts in S3 that are read or written before copies in the state folder are looked at. */
const shrinkEvery = 1e9;

/** The state of a workspace, opened to be moved: nothing runs on it. */
export class OpenedState implements AsyncDisposable {
  readonly identity: WorkspaceIdentity;
  readonly #database: DatabaseStores;
  readonly #results: ArtifactStores;
  readonly #stateFolder: string;
  #copied = 0;

  static async open(place: StatePlace): Promise<OpenedState> {
    const { stateFolder, database = join(stateFolder, 'index.db') } = place;
    await openStateFolder(stateFolder);
    const results = await openArtifactStores(stateFolder, place.artifacts);
    return new OpenedState(place, { results, database: await openDatabaseStores(database) });
  }

  private constructor(
    { stateFolder, root }: StatePlace,
    parts: { readonly results: ArtifactStores; readonly database: DatabaseStores },
  ) {
    this.identity = new WorkspaceIdentity(stateFolder, root);
    this.#stateFolder = stateFolder;
    this.#results = parts.results;
    this.#database = parts.database;
  }

  get artifacts(): ArtifactStore {
    return this.#results.artifacts;
  }

  get tables(): readonly TableLines[] {
    return this.#database.tables;
  }

  /** Tells of bytes that were read or written: their copies must not fill the disk. Nothing else reads copies meanwhile. */
  async noteCopied(bytes: number): Promise<void> {
    this.#copied += bytes;
    if (this.#copied < shrinkEvery) return;
    this.#copied = 0;
    await this.#results.copies?.shrink(Infinity, 0);
  }

  /** A folder that is removed with what dead processes left. */
  async temporaryFolder(): Promise<string> {
    const scratch = scratchFolder(this.#stateFolder);
    await makeStateFolder(scratch);
    return mkdtemp(join(scratch, `${stagingName()}-`));
  }

  /** Throws where the database or the bucket is another workspace's. */
  claim(): Promise<void> {
    return this.identity.claim(this.#marks);
  }

  /**
   * Makes an empty state that of the workspace `id`; one of that workspace stays. Throws `state-unusable` where it is
   * another's.
   */
  async become(id: string): Promise<void> {
    const before = await this.identity.id();
    if (before !== id) {
      if (before !== undefined || !(await this.#isEmpty())) {
        throw new GraphError(
          'state-unusable',
          'This workspace has a state of its own, and the state to import is of another one. Import it into a new folder, or into another schema and prefix.',
          { audience: 'operator' },
        );
      }
      for (const place of this.#marks) {
        const mark = await readMark(place);
        if (mark === undefined || !this.identity.owns(mark, before)) continue;
        await place.replace(this.identity.mark(id));
      }
      await this.identity.take(id);
    }
    await this.claim();
  }

  async #isEmpty(): Promise<boolean> {
    const counts = await Promise.all(this.tables.map((table) => table.count()));
    if (counts.some((rows) => rows > 0)) return false;
    for await (const _artifact of this.artifacts.list()) return false;
    return true;
  }

  /** Throws `store-locked` where a server or a run is at work on the state. */
  async #requireRest(moved: string): Promise<void> {
    const { leases } = this.#database;
    const at = await new ServerPresence(this.#stateFolder, leases).atWork();
    if (at === undefined) return;
    throw new GraphError(
      'store-locked',
      `${at} is at work on this workspace, so its state cannot be ${moved}. End it, then try again.`,
      { audience: 'operator' },
    );
  }

  /**
   * While nobody shrinks the cache or unpacks a package, and no server and no run is at work or starts. `moved`: "exported",
   * for messages. Throws `store-locked`.
   */
  undisturbed<T>(moved: string, work: () => Promise<T>): Promise<T> {
    const busy = (pid: number): string =>
      `The process ${String(pid)} is shrinking the cache, unpacking a package or moving the state. Try again when it has finished.`;
    const { leases } = this.#database;
    const options = { patience: 20_000, busy };
    return leases.with(movingLease, options, () =>
      leases.with('collection', options, async () => {
        await this.#requireRest(moved);
        return work();
      }),
    );
  }

  get #marks(): readonly MarkedPlace[] {
    return [this.#database.mark, this.#results.mark].filter((mark) => mark !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close();
    this.#results.close();
  }
}
