import { statfs } from 'node:fs/promises';
import { GraphError } from '@graft/graph';

/** Throws `no-space` where the disk of a folder has less than `needed` bytes; `what` needs them. */
export async function requireRoom(folder: string, needed: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new GraphError(
    'no-space',
    `${what} needs ${String(needed)} bytes, but the disk has only ${String(free)} free. Nothing was written.`,
    { audience: 'operator' },
  );
}

/** A full disk, told. */
export function fullDisk(cause: unknown): GraphError {
  const message = 'The disk is full. Nothing was written. Free some space, then send it again.';
  return new GraphError('no-space', message, { audience: 'operator', cause });
}
