import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './system-error.ts';

/** Folders created for a file: the outermost and the innermost. */
export interface MadeFolder {
  readonly first: string;
  readonly within: string;
}

/** Creates a folder with its parents; undefined if it exists. */
export async function makeFolder(within: string): Promise<MadeFolder | undefined> {
  try {
    const first = await mkdir(within, { recursive: true });
    return first === undefined ? undefined : { first, within };
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    // Node also reports this on a read-only disk: creating only the outermost missing folder gives the real reason.
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

/** Removes created folders again, from the innermost, as long as they are empty. */
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
