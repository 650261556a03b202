import { dirname } from 'node:path';
import { GraphError } from '@graft/graph';
import { hasCode, isFullDisk, isUnwritable } from '@graft/kit';

/** What the filesystem threw, as an error that says which file is concerned and what to do. */
export function diskError(error: unknown, path: string): GraphError {
  if (error instanceof GraphError) return error;
  const options = { location: { file: path }, audience: 'operator', cause: error } as const;
  if (isFullDisk(error)) {
    // Not located: the file that was being written is none of the user's, and gone again.
    return new GraphError(
      'no-space',
      `No space is left on the disk of ${dirname(path)}. Free some, for instance with "graft cache gc --max-size", then try again.`,
      { audience: 'operator', cause: error },
    );
  }
  if (isUnwritable(error)) {
    return new GraphError(
      'state-unusable',
      `${path} cannot be written: the state folder is read-only, or of another user. Let yourself write there, or name another folder with GRAFT_STATE.`,
      options,
    );
  }
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return stateGone(path, error);
  return GraphError.from(error, { file: path });
}

/** The state folder was taken away under the process that uses it. */
export function stateGone(path: string, cause?: unknown): GraphError {
  return new GraphError(
    'state-unusable',
    `${path} is gone: the state folder was deleted or moved while Graft was using it. Start Graft again: it makes a new one and computes what is missing. Graph files are untouched.`,
    { location: { file: path }, audience: 'operator', cause },
  );
}
