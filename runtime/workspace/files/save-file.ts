import { GraphError } from '@graft/graph';
import {
  acquireFileLock,
  LockBusyError,
  type FileLock,
  removePartials,
  replaceFile,
} from '@graft/kit';
import { diskError } from '@graft/store';
import { dirname } from 'node:path';
import { writeError } from './write-error.ts';

/** Milliseconds to wait for another save, which takes a few: as long as it takes to tell a holder from elsewhere from a dead one. */
const patience = 20_000;

/**
 * Runs `work` while no other process saves, so that comparing revisions and replacing a file are one act. A lock of a
 * folder and not a lease: files are saved where no database is open. Throws `store-locked` when patience ends, and
 * `state-unusable` or `no-space` where no lock can be made there.
 */
export async function withSaveLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await using _lock = await acquire(folder);
  return await work();
}

async function acquire(folder: string): Promise<FileLock> {
  try {
    return await acquireFileLock(folder, { patience });
  } catch (error) {
    if (!(error instanceof LockBusyError)) throw diskError(error, folder);
    throw new GraphError(
      'store-locked',
      `The process ${String(error.pid)} has been saving for ${String(patience / 1000)} s. Try again when it has finished, or end that process.`,
      { audience: 'operator', cause: error },
    );
  }
}

/**
 * Gives a file of the workspace new content, of which `what` says in a sentence that it was not saved. Whatever keeps it
 * from being written leaves the file as it was, which is worth saying: `no-space`, `state-unusable`.
 */
export async function replaceOwnFile(
  path: string,
  content: string | Uint8Array,
  { file, what }: { readonly file: string; readonly what: string },
): Promise<void> {
  try {
    await replaceFile(path, content);
    // Of saves that were killed: the folder is one's own, and may be under version control.
    await removePartials(dirname(path));
  } catch (cause) {
    throw writeError(cause, { file, what: `${what}, and the file is unchanged` });
  }
}
