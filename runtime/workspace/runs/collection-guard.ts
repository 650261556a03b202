import { join } from 'node:path';
import { withStateLock } from '../files/state-lock.ts';

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
    return withStateLock(this.#folder, {}, work);
  }

  /** Collects, once nothing is under way that it could harm. Throws `store-locked` where that takes long. */
  collecting<T>(work: () => Promise<T>): Promise<T> {
    const busy = (pid: number): string =>
      `The process ${String(pid)} is unpacking a package or shrinking the cache. Nothing was deleted. Try again when it has finished.`;
    return withStateLock(this.#folder, { patience, busy }, work);
  }
}
