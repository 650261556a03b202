import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { GraphError } from '@graft/graph';
import { hasCode, isFullDisk, isUnwritable } from '@graft/kit';

/** An error of the filesystem, with the file that it concerns and the remedy. */
export function diskError(error: unknown, path: string): GraphError {
  if (error instanceof GraphError) return error;
  const options = { location: { file: path }, audience: 'operator', cause: error } as const;
  if (isFullDisk(error) || (hasCode(error, 'ENOENT') && hasNoInodes(path))) {
    // Without a location: the file being written was Graft's own, and is removed.
    return new GraphError(
      'no-space',
      `The disk of ${dirname(path)} is full. Free some space, for instance with "graft cache gc --max-size", then try again.`,
      { audience: 'operator', cause: error },
    );
  }
  if (isUnwritable(error)) {
    return new GraphError(
      'state-unusable',
      `Graft cannot write ${path}: the state folder is read-only, or belongs to another user. Give yourself write permission, or name another folder with GRAFT_STATE.`,
      options,
    );
  }
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return stateGone(path, error);
  return GraphError.from(error, { file: path });
}

/** Whether the filesystem of a path has no inodes left. Node’s recursive `mkdir` then fails with ENOENT, not ENOSPC. */
function hasNoInodes(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      const { files, ffree } = statfsSync(folder);
      // Filesystems without a fixed number of inodes report 0.
      return files > 0 && ffree === 0;
    } catch {
      if (dirname(folder) === folder) return false;
    }
  }
}

/** The error for a state folder that disappeared while this process used it. */
export function stateGone(path: string, cause?: unknown): GraphError {
  return new GraphError(
    'state-unusable',
    `${path} is missing: somebody deleted or moved the state folder while Graft was using it. Start Graft again. It creates a new folder and computes missing results again. Graph files are untouched.`,
    { location: { file: path }, audience: 'operator', cause },
  );
}
