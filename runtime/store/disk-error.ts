import { dirname } from 'node:path';
import { GraphError } from '@graft/graph';
import { isFullDisk, isUnwritable } from '@graft/kit';

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
      'unavailable',
      `${path} cannot be written. Check the permissions of the state folder.`,
      options,
    );
  }
  return GraphError.from(error, { file: path });
}
