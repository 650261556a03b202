import { GraphError } from '@graft/graph';
import { acquireFileLock, LockBusyError, type FileLock, type LockOptions } from '@graft/kit';
import { diskError } from '@graft/store';

interface StateLockOptions extends LockOptions {
  /** Says who holds it, and what to do, when patience ends. */
  readonly busy?: (pid: number) => string;
}

/**
 * Runs `work` while no other process holds a lock of the state folder. Throws `store-locked` when patience ends, and
 * `state-unusable` or `no-space` where no lock can be made there.
 */
export async function withStateLock<T>(
  folder: string,
  options: StateLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  await using _lock = await acquire(folder, options);
  return await work();
}

async function acquire(folder: string, { busy, ...options }: StateLockOptions): Promise<FileLock> {
  try {
    return await acquireFileLock(folder, options);
  } catch (error) {
    if (!(error instanceof LockBusyError)) throw diskError(error, folder);
    const message = busy?.(error.pid) ?? error.message;
    throw new GraphError('store-locked', message, { audience: 'operator', cause: error });
  }
}
