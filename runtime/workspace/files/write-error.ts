import { GraphError } from '@graft/graph';
import { isFullDisk, isUnwritable } from '@graft/kit';

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
