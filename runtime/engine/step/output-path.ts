import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { GraphError } from '@graft/graph';

/** Folders that no result belongs in: Graft's own state, git's, and installed packages. */
const reserved: ReadonlySet<string> = new Set(['.graft', '.git', 'node_modules']);

/**
 * The absolute path of an output below the workspace, which need not exist yet. Throws `outside-workspace` for a path that
 * leads out, also through a link, `bad-param` for one that may not be written, and `unavailable` without a workspace.
 * `root` is a real path.
 */
export async function outputPath(root: string | undefined, path: string): Promise<string> {
  if (root === undefined) {
    throw new GraphError(
      'unavailable',
      `This step writes to "${path}" in the workspace, which this worker does not have. Run it where the workspace is.`,
      { audience: 'operator' },
    );
  }
  const short = normalize(path).split(sep).join('/').replace(/\/+$/, '');
  const segments = short.split('/');
  if (short === '..' || short.startsWith('../') || short.startsWith('/') || path.includes('\0')) {
    throw outside(path);
  }
  if (short === '' || short === '.') {
    throw new GraphError('bad-param', 'Choose a folder to write to, such as exports/my-adapter.');
  }
  const kept = segments.find((segment) => reserved.has(segment.toLowerCase()));
  if (kept !== undefined) {
    throw new GraphError(
      'bad-param',
      `Graft cannot write results to "${path}", because it is in ${kept}. Choose another folder.`,
    );
  }
  const absolute = join(root, short);
  const there = await deepestThere(absolute);
  // A link to nothing has no real path: writing through it might lead anywhere.
  const real = await realpath(there).catch(() => undefined);
  if (real === undefined || (real !== root && !real.startsWith(root + sep))) throw outside(path);
  return join(real, absolute.slice(there.length));
}

/** The path or its nearest existing folder; links are not followed. */
async function deepestThere(path: string): Promise<string> {
  for (let current = path; ; current = dirname(current)) {
    const found = await lstat(current).catch(() => undefined);
    if (found !== undefined || current === dirname(current)) return current;
  }
}

function outside(path: string): GraphError {
  return new GraphError(
    'outside-workspace',
    `"${path}" leads out of the workspace. Choose a folder below it, such as exports/my-adapter.`,
  );
}
