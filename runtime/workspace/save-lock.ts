import { GraphError } from '@graft/graph';
import { LockBusyError, withFileLock } from '@graft/kit';

/** Milliseconds to wait for another save: one takes a few. */
const patience = 10_000;

/** Runs `work` while no other process saves, so that comparing revisions and replacing a file are one act. */
export async function withSaveLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await withFileLock(folder, { patience }, work);
  } catch (error) {
    if (!(error instanceof LockBusyError)) throw error;
    throw new GraphError(
      'store-locked',
      `The process ${String(error.pid)} has been saving for ${String(patience / 1000)} s. Try again when it is done, or end it.`,
      { audience: 'operator', cause: error },
    );
  }
}
