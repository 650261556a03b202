import { GraphError } from '@graft/graph';
import { hasCode } from '@graft/kit';

/** Whether a path leads nowhere, also because no file can have its name or because it links to itself. */
export function isGone(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG');
}

/** The error for a file or folder of the workspace that cannot be read. */
export function unreadable(path: string, cause: unknown): GraphError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const message = hasCode(cause, 'EACCES', 'EPERM')
    ? `Graft has no permission to read "${path}" (${reason}). Grant it, for instance with chmod, or remove the file from the node.`
    : `Graft cannot read "${path}" (${reason}). Check the disk, or remove the file from the node.`;
  return new GraphError('bad-input', message, { location: { file: path }, cause });
}
