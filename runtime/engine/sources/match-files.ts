import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { GraphError } from '@graft/graph';
import { escapePath, glob, isDynamicPattern } from 'tinyglobby';

/** Folders that hold no sources: Graft's own state, git's, and installed packages. */
const ignored = ['**/.graft/**', '**/.git/**', '**/node_modules/**'];
const ignoredSegments: ReadonlySet<string> = new Set(['.graft', '.git', 'node_modules']);

/** Files matched at once before other work of the process gets its turn. */
const chunk = 1000;

export interface MatchedFile {
  /** Workspace path, with `/`. */
  readonly path: string;
  readonly absolute: string;
  readonly stats: Stats;
}

/**
 * The files below a workspace that some patterns match: each a path, a folder or a glob. Sorted by path, each
 * once. Throws `outside-workspace` for what leads out, also through a link, and `missing-file` for a pattern
 * that matches nothing. `root` is a real path.
 */
export async function matchFiles(
  root: string,
  patterns: readonly string[],
): Promise<MatchedFile[]> {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    for (const path of await matchPattern(root, pattern)) paths.add(path);
  }
  const guard = new LinkGuard(root);
  const files: MatchedFile[] = [];
  for (const path of [...paths].sort()) {
    const file = guard.check(path);
    if (file !== undefined) files.push(file);
    if (files.length % chunk === 0) await new Promise((done) => setImmediate(done));
  }
  return files;
}

async function matchPattern(root: string, pattern: string): Promise<readonly string[]> {
  const path = insideWorkspace(root, pattern);
  if (path.split('/').some((segment) => ignoredSegments.has(segment))) {
    throw missing(pattern, 'Files of .graft, .git and node_modules are never read.');
  }
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats?.isFile() === true) return [path];
  const isFolder = stats?.isDirectory() === true;
  if (!isFolder && !isDynamicPattern(path)) {
    throw missing(pattern, 'Check the path, or add the file to the workspace.');
  }
  const wanted = path === '.' ? '**' : isFolder ? `${escapePath(path)}/**` : path;
  const found = await glob(wanted, { cwd: root, ignore: ignored, expandDirectories: false });
  if (found.length > 0) return found;
  throw missing(pattern, isFolder ? 'The folder is empty.' : 'The pattern matches no file.');
}

function missing(pattern: string, advice: string): GraphError {
  return new GraphError('missing-file', `"${pattern}" gives no file. ${advice}`);
}

/** A path below the workspace in its shortest form, with `/`; throws `outside-workspace`. */
export function insideWorkspace(root: string, path: string): string {
  const plain = isAbsolute(path) ? relative(root, path) : normalize(path);
  const short = plain.split(sep).join('/').replace(/\/+$/, '') || '.';
  if (short === '..' || short.startsWith('../') || isAbsolute(short) || path.includes('\0')) {
    throw outside(path);
  }
  return short;
}

/** The error of a path that leads out of the workspace. */
export function outside(path: string): GraphError {
  return new GraphError(
    'outside-workspace',
    `"${path}" leads out of the workspace. Only files below it can be used: copy it there.`,
  );
}

/** Checks that links stay inside, looking at each folder once. */
class LinkGuard {
  readonly #root: string;
  readonly #folders = new Map<string, boolean>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The file, or undefined if it has gone meanwhile or is no plain file. */
  check(path: string): MatchedFile | undefined {
    const absolute = resolve(this.#root, path);
    let stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const folder = dirname(absolute);
    let inside = this.#folders.get(folder);
    if (inside === undefined) {
      inside = this.#isInside(realpathSync(folder));
      this.#folders.set(folder, inside);
    }
    if (stats.isSymbolicLink()) {
      stats = statSync(absolute, { throwIfNoEntry: false });
      if (stats === undefined) return undefined;
      inside = this.#isInside(realpathSync(absolute));
    }
    if (!inside) throw outside(path);
    return stats.isFile() ? { path, absolute, stats } : undefined;
  }

  #isInside(real: string): boolean {
    return real === this.#root || real.startsWith(this.#root + sep);
  }
}
