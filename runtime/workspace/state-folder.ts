import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '@graft/kit';
import { diskError, stateGone } from '@graft/store';

/** Made when it is missing, and kept out of git by itself. Throws `state-unusable` or `no-space`. */
export async function openStateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await writeFile(join(path, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
      // On a full disk it is there, or can be done without.
      if (!hasCode(error, 'EEXIST', 'ENOSPC', 'EDQUOT')) throw error;
    });
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Notices that the state folder was deleted or moved away: what is open would go on, into nowhere. */
export class StateGuard {
  readonly #database: string;
  readonly #inode: number;

  static async of(database: string): Promise<StateGuard> {
    return new StateGuard(database, (await stat(database)).ino);
  }

  private constructor(database: string, inode: number) {
    this.#database = database;
    this.#inode = inode;
  }

  /** Throws `state-unusable`. */
  async check(): Promise<void> {
    const found = await stat(this.#database).catch(() => undefined);
    if (found?.ino !== this.#inode) throw stateGone(this.#database);
  }
}
