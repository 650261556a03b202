import { realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { insideWorkspace, outside } from '@graft/engine';
import { requireVisible } from './graph-path.ts';

/** A place in a workspace: below it, with `/`, and in whole. */
export interface OwnPlace {
  readonly short: string;
  readonly absolute: string;
}

/**
 * Where a path of a workspace leads, whether or not anything is there. `root` is a real path. Throws
 * `outside-workspace`, also where a link leads out, and `bad-name` for a hidden folder.
 */
export async function ownPlace(root: string, path: string): Promise<OwnPlace> {
  const short = insideWorkspace(root, path);
  const absolute = join(root, short);
  let existing = absolute;
  while (existing !== root) {
    const real = await realpath(existing).catch(() => undefined);
    if (real !== undefined) {
      if (real !== root && !real.startsWith(root + sep)) throw outside(path);
      requireVisible(short, relative(root, real).split(sep).join('/'));
      break;
    }
    existing = dirname(existing);
  }
  requireVisible(short);
  return { short, absolute };
}
