import { dirname } from 'node:path';
import { GraphError } from '@graft/graph';
import { isFullDisk, isUnwritable, removePartials, replaceFile } from '@graft/kit';

/**
 * Gives a file of the workspace new content, of which `what` says in a sentence that it was not saved. Whatever keeps it
 * from being written leaves the file as it was, which is worth saying: `no-space`, `state-unusable`.
 */
export async function replaceOwnFile(
  path: string,
  content: string | Uint8Array,
  { file, what }: { readonly file: string; readonly what: string },
): Promise<void> {
  try {
    await replaceFile(path, content);
    // Of saves that were killed: the folder is one's own, and may be under version control.
    await removePartials(dirname(path));
  } catch (cause) {
    const options = { location: { file }, audience: 'operator', cause } as const;
    if (isFullDisk(cause)) {
      const message = `The disk is full: ${what}, the file is as it was.`;
      throw new GraphError('no-space', message, options);
    }
    if (isUnwritable(cause)) {
      const message = `The folder of ${file} cannot be written: ${what}, the file is as it was. Let yourself write there, then try again.`;
      throw new GraphError('state-unusable', message, options);
    }
    throw cause;
  }
}
