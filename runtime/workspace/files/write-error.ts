import { GraphError } from '@graft/graph';
import { isFullDisk, isUnwritable } from '@graft/kit';
import { statfs } from 'node:fs/promises';

/**
 * Why a file of the workspace could not be written, with a remedy: `no-space` or `state-unusable`. Any other cause is
 * returned unchanged. `what` says in a sentence what was not done.
 */
export function writeError(
  cause: unknown,
  { file, what }: { readonly file: string; readonly what: string },
): unknown {
  const options = { location: { file }, audience: 'operator', cause } as const;
  if (isFullDisk(cause)) {
    const message = `The disk is full: ${what}. Free some space, then try again.`;
    return new GraphError('no-space', message, options);
  }
  if (isUnwritable(cause)) {
    const message = `Graft cannot write to the folder of ${file}: ${what}. Give yourself write permission, then try again.`;
    return new GraphError('state-unusable', message, options);
  }
  return cause;
}

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

/** The error for a disk that ran full while something was sent to it. */
export function fullDisk(cause: unknown): GraphError {
  const message = 'The disk is full. Nothing was written. Free some space, then send it again.';
  return new GraphError('no-space', message, { audience: 'operator', cause });
}
