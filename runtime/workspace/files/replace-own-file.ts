import { dirname } from 'node:path';
import { removePartials, replaceFile } from '@graft/kit';
import { writeError } from './write-error.ts';

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
    throw writeError(cause, { file, what: `${what}, and the file is unchanged` });
  }
}
