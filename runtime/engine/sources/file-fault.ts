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
    ? `Graft is not allowed to read "${path}" (${said}). Let the user that Graft runs as read it, for instance with chmod, or take it out of the files.`
    : `"${path}" cannot be read (${said}). Check its disk, or take it out of the files.`;
  return new GraphError('bad-input', message, { location: { file: path }, cause });
}
