import { realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { insideWorkspace, outside } from '@graft/engine';
import { requireVisible } from './graph-path.ts';

/** A path of a workspace: below its root with `/`, and absolute. */
export interface WorkspacePath {
  readonly short: string;
  readonly absolute: string;
}

/**
 * Where a path of a workspace leads, whether or not anything is there. `root` is a real path. Throws
 * `outside-workspace`, also where a link leads out, and `bad-name` for a hidden folder.
 */
export async function workspacePath(root: string, path: string): Promise<WorkspacePath> {
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

/** `notes/kilns-2.md`, `rag-2.graft.json`: what a file is called beside another of its name. */
export function numberedName(path: string, number: number): string {
  const [, stem = path, ending = ''] =
    /^(.*?[^/])(\.graft\.(?:json|zip)|\.[^./]+)$/iu.exec(path) ?? [];
  return `${stem}-${String(number)}${ending}`;
}
