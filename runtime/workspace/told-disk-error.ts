import { GraphError } from '@graft/graph';
import { isFullDisk, isUnwritable } from '@graft/kit';

/**
 * What kept a file of the workspace from being written, said: `no-space`, `state-unusable`; anything else as it is. `what`
 * says in a sentence what was not done.
 */
export function toldDiskError(
  cause: unknown,
  { file, what }: { readonly file: string; readonly what: string },
): unknown {
  const options = { location: { file }, audience: 'operator', cause } as const;
  if (isFullDisk(cause)) {
    const message = `The disk is full: ${what}. Free some space, then try again.`;
    return new GraphError('no-space', message, options);
  }
  if (isUnwritable(cause)) {
    const message = `The folder of ${file} cannot be written: ${what}. Let yourself write there, then try again.`;
    return new GraphError('state-unusable', message, options);
  }
  return cause;
}
