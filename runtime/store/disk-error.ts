import { dirname } from 'node:path';
import { GraphError } from '@graft/graph';
import { hasCode, isFullDisk, isUnwritable } from '@graft/kit';

/** An error of the filesystem, with the file that it concerns and the remedy. */
export function diskError(error: unknown, path: string): GraphError {
  if (error instanceof GraphError) return error;
  const options = { location: { file: path }, audience: 'operator', cause: error } as const;
  if (isFullDisk(error)) {
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

/** The error for a state folder that disappeared while this process used it. */
export function stateGone(path: string, cause?: unknown): GraphError {
  return new GraphError(
    'state-unusable',
    `${path} is missing: somebody deleted or moved the state folder while Graft was using it. Start Graft again. It creates a new folder and computes missing results again. Graph files are untouched.`,
    { location: { file: path }, audience: 'operator', cause },
  );
}
