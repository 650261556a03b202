import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './system-error.ts';

/** Folders that were made for a file: the outermost and the innermost. */
export interface MadeFolder {
  readonly first: string;
  readonly within: string;
}

/** Makes a folder with those that it lies in; undefined where it is there already. */
export async function makeFolder(within: string): Promise<MadeFolder | undefined> {
  try {
    const first = await mkdir(within, { recursive: true });
    return first === undefined ? undefined : { first, within };
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    // What Node says also where the disk is read-only: made alone, the outermost that is missing tells why it cannot be.
    let missing = within;
    while (missing !== dirname(missing) && !(await isThere(dirname(missing))))
      missing = dirname(missing);
    await mkdir(missing);
    throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Takes made folders away again, from the innermost on, as far as nothing is in them. */
export async function removeEmpty(made: MadeFolder | undefined): Promise<void> {
  if (made === undefined) return;
  for (let at = made.within; at.length >= made.first.length; at = dirname(at)) {
    const isGone = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}
