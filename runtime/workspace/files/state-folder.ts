import { chmod, lstat, mkdir, readdir, readlink, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GraphError } from '@graft/graph';
import { hasCode, isUnwritable, makeFolder } from '@graft/kit';
import { diskError, stateGone } from '@graft/store';

/** For its owner alone: it holds prompts, documents and results, whatever the workspace lets others read. */
const ownerOnly = 0o700;

/**
 * Makes the state folder where it is missing, kept out of git by itself. Throws `state-unusable`, with what stands in
 * its way, or `no-space`.
 */
export async function openStateFolder(path: string): Promise<void> {
  try {
    // Alone with its mode: folders above it are not Graft's to close.
    await makeFolder(dirname(path));
    await mkdir(path, { mode: ownerOnly }).catch(async (error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
      await closeToOthers(path);
    });
    await writeFile(join(path, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
      // On a full disk it is there, or can be done without.
      if (!hasCode(error, 'EEXIST', 'ENOSPC', 'EDQUOT')) throw error;
    });
  } catch (error) {
    throw (await obstacle(path, error)) ?? diskError(error, path);
  }
}

/** Makes a folder within the state. Throws `state-unusable` or `no-space`. */
export async function makeStateFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    throw diskError(error, path);
  }
}

/**
 * Keeps other accounts from reading a state folder that is in use or empty. Does nothing to one that people share: that
 * its group, or everybody, may write to.
 */
async function closeToOthers(path: string): Promise<void> {
  const found = await stat(path);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) return;
  // Nobody's folder but Graft's: GRAFT_STATE may name one that holds other things.
  const names = await readdir(path);
  if (names.length > 0 && !names.includes('index.db')) return;
  const group = (found.mode & 0o020) === 0 ? 0o070 : 0;
  const others = (found.mode & 0o002) === 0 ? 0o007 : 0;
  const closed = found.mode & 0o7777 & ~(group | others);
  // A disk that is read-only keeps it as it is.
  if (closed !== (found.mode & 0o7777)) await chmod(path, closed).catch(() => undefined);
}

/** What keeps a state folder from being made, where the error does not say it. */
async function obstacle(path: string, cause: unknown): Promise<GraphError | undefined> {
  const unusable = (message: string): GraphError =>
    new GraphError('state-unusable', message, {
      ...{ location: { file: path }, audience: 'operator', cause },
    });
  const elsewhere = 'or name another folder with GRAFT_STATE';
  for (let at = path; ; at = dirname(at)) {
    const found = await lstat(at).catch(() => undefined);
    const real = await stat(at).catch(() => undefined);
    if (found?.isSymbolicLink() === true && real === undefined) {
      const target = await readlink(at);
      return unusable(
        `${at} is a link to ${target}, which does not exist. Create that folder or delete the link, ${elsewhere}.`,
      );
    }
    if (real?.isFile() === true) {
      return unusable(
        `${at} is a file, but Graft needs a folder there for its state. Move the file away, ${elsewhere}.`,
      );
    }
    if (found !== undefined || at === dirname(at)) break;
  }
  if (!isUnwritable(cause) || (await stat(path).catch(() => undefined)) !== undefined)
    return undefined;
  return unusable(
    `Graft cannot create the state folder ${path}: the disk is read-only, or the folder above belongs to another user. Give yourself write permission, ${elsewhere}.`,
  );
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
