import { GraphError } from '@graft/graph';
import { hasCode } from '@graft/kit';

/** Whether a path leads to nothing: also by a name that no file can have, or a link to itself. */
export function isGone(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG');
}

/** The error of a file or folder of the workspace that the system does not let be read. */
export function unreadable(path: string, cause: unknown): GraphError {
  const said = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const message = hasCode(cause, 'EACCES', 'EPERM')
    ? `Graft has no permission to read "${path}" (${said}). Grant it, for instance with chmod, or remove the file from the node.`
    : `Graft cannot read "${path}" (${said}). Check the disk, or remove the file from the node.`;
  return new GraphError('bad-input', message, { location: { file: path }, cause });
}
