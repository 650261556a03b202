import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbandoned, ownerFate, pidInName, removeLeftovers, stagingName } from '@graft/kit';
import { livingOwner, requireNoMove, runLeasePrefix, type Leases } from '@graft/store/database';

/** What the leases of servers that share a database begin with. */
const servingPrefix = 'serving/';

/**
 * Which servers are at work on a state, so that nobody moves it under them. A server puts a file into the state folder; where
 * others may share its database, it also holds a lease there, whose beat tells other machines that it lives.
 */
export class ServerPresence {
  readonly #folder: string;
  readonly #leases: Leases;

  constructor(stateFolder: string, leases: Leases) {
    this.#folder = join(stateFolder, 'serving');
    this.#leases = leases;
  }

  /**
   * Announces this process until the result is disposed of. Throws `store-locked` while the state is moved. A server starts
   * even where the disk takes no file.
   */
  async announce(): Promise<AsyncDisposable> {
    const name = stagingName();
    const path = join(this.#folder, name);
    await mkdir(this.#folder, { recursive: true }).catch(() => undefined);
    await removeLeftovers(this.#folder);
    await writeFile(path, '').catch(() => undefined);
    const lease = this.#leases.isShared ? await this.#leases.take(servingPrefix + name) : undefined;
    const withdraw = async (): Promise<void> => {
      await rm(path, { force: true });
      await lease?.release();
    };
    try {
      // After it has told of itself: whoever moves the state looks for servers after it has taken its lease.
      await requireNoMove(this.#leases);
    } catch (error) {
      await withdraw();
      throw error;
    }
    return { [Symbol.asyncDispose]: withdraw };
  }

  /** A server or a run that is at work, for messages; undefined where none is. */
  async atWork(): Promise<string | undefined> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const path = join(this.#folder, name);
      const isElsewhere = ownerFate(name) === 'elsewhere';
      // Its lease tells more than its file.
      if (isElsewhere && this.#leases.isShared) continue;
      if ((await isAbandoned(path)) !== false) continue;
      const shown = `The server with process ${String(pidInName(name) ?? '?')}`;
      return isElsewhere
        ? `${shown} of another machine or container (if it has ended, delete ${path})`
        : shown;
    }
    const owner = await livingOwner(this.#leases, [servingPrefix, runLeasePrefix]);
    if (owner === undefined) return undefined;
    const kind = owner.name.startsWith(servingPrefix) ? 'server' : 'run';
    return `A ${kind}, process ${String(owner.pid)}${owner.isHere ? '' : ' of another machine'},`;
  }
}
