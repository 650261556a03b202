import { statSync, type BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hasCode } from '@graft/kit';

/** A link that leads nowhere or in a circle is no file either. */
const isAbsent = (error: unknown): boolean =>
  hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG');

/**
 * Size, times and inode of a file; undefined where it is not there. The time of its last change of any kind is among
 * them, which nobody can set: a tool that puts the time of writing back changes the stamp all the same.
 */
export async function stampOf(path: string): Promise<string | undefined> {
  const found = await statOf(path);
  return found && written(found);
}

/** The same for look-ups that cannot wait. */
export function stampOfSync(path: string): string | undefined {
  try {
    return written(statSync(path, { bigint: true }));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export async function statOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const written = ({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string =>
  [size, mtimeNs, ctimeNs, ino].join(' ');
