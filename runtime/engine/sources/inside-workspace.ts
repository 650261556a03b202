import { isAbsolute, normalize, relative, sep } from 'node:path';
import { GraphError } from '@graft/graph';

/** A path below the workspace in its shortest form, with `/`; throws `outside-workspace`. */
export function insideWorkspace(root: string, path: string): string {
  const plain = isAbsolute(path) ? relative(root, path) : normalize(path);
  const short = plain.split(sep).join('/').replace(/\/+$/, '') || '.';
  if (short === '..' || short.startsWith('../') || isAbsolute(short) || path.includes('\0')) {
    throw outside(path);
  }
  return short;
}

/** The error for a path that leads out of the workspace. */
export function outside(path: string): GraphError {
  return new GraphError(
    'outside-workspace',
    `"${path}" leads out of the workspace. Copy the file into the workspace.`,
  );
}

/** Whether a real path is the workspace or below it. `root` is a real path. */
export function isInside(root: string, real: string): boolean {
  return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
}
