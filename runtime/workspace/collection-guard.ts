import { join } from 'node:path';
import { GraphError } from '@graft/graph';
import { LockBusyError, withFileLock } from '@graft/kit';

/** Milliseconds that a collection of garbage waits for packages to be unpacked. */
const patience = 10_000;

/**
 * Holds collections of garbage and what brings artifacts that nothing refers to yet apart, across processes: a package's
 * artifacts come before its records do.
 */
export class CollectionGuard {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'locks', 'collection');
  }

  /** Does work while nothing is collected. One at a time: others wait. */
  withoutCollection<T>(work: () => Promise<T>): Promise<T> {
    return withFileLock(this.#folder, {}, work);
  }

  /** Collects, once nothing is under way that it could harm. Throws `store-locked` where that takes long. */
  async collecting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withFileLock(this.#folder, { patience }, work);
    } catch (error) {
      if (!(error instanceof LockBusyError)) throw error;
      throw new GraphError(
        'store-locked',
        `The process ${String(error.pid)} is unpacking a package or making the cache smaller. Nothing was deleted; try again when it is done.`,
        { audience: 'operator', cause: error },
      );
    }
  }
}
