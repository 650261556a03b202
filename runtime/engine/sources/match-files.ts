import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { GraphError } from '@graft/graph';
import { escapePath, isDynamicPattern } from 'tinyglobby';
import { isGone, unreadable } from './file-fault.ts';
import { globFiles } from './glob-files.ts';
import { insideWorkspace, isInside, outside } from './inside-workspace.ts';

/** Folders without sources: Graft's own state, git's, and installed packages. */
const ignored = ['**/.graft/**', '**/.git/**', '**/node_modules/**'];
const ignoredSegments: ReadonlySet<string> = new Set(['.graft', '.git', 'node_modules']);

/**
 * Graph files match only a pattern that names them. A graph beside its documents would otherwise be one of its own sources:
 * each save, which locks them, would change them.
 */
const graphSuffix = '.graft.json';

/** Files matched between two pauses for other work of the process. */
const chunk = 1000;

export interface MatchedFile {
  /** Workspace path, with `/`. */
  readonly path: string;
  readonly absolute: string;
  readonly stats: Stats;
}

/**
 * The files below a workspace that patterns match, each once, sorted by path. A pattern is a path, a folder or a glob.
 * Throws `outside-workspace` for a path that leads out, also through a link, and `missing-file` for a pattern that matches
 * nothing. `root` is a real path.
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
    else if (path.includes('\uFFFD')) throw unnamed(path);
    if (files.length % chunk === 0) await new Promise((done) => setImmediate(done));
  }
  return files;
}

async function matchPattern(root: string, pattern: string): Promise<readonly string[]> {
  const path = insideWorkspace(root, pattern);
  if (path.split('/').some((segment) => ignoredSegments.has(segment))) {
    throw missing(pattern, 'Graft never reads files in .graft, .git and node_modules.');
  }
  const stats = orGone(path, () => statSync(join(root, path)));
  if (stats?.isFile() === true) return [path];
  const isFolder = stats?.isDirectory() === true;
  if (!isFolder && !isDynamicPattern(path)) {
    throw missing(pattern, 'Check the path, or add the file to the workspace.');
  }
  // `*` matches every possible file name, also one with a line break.
  const wanted = path === '.' ? '**/*' : isFolder ? `${escapePath(path)}/**/*` : path;
  const without = wanted.endsWith(graphSuffix) ? ignored : [...ignored, `**/*${graphSuffix}`];
  const found = await globFiles(root, wanted, without);
  if (found.length > 0) return found;
  throw missing(
    pattern,
    isFolder ? 'The folder holds no files besides graphs.' : 'Check the pattern.',
  );
}

function missing(pattern: string, advice: string): GraphError {
  return new GraphError('missing-file', `"${pattern}" matches no file. ${advice}`, {
    location: { source: pattern },
  });
}

/** The error for a name that is no valid UTF-8: the text that was read of it names no file. */
function unnamed(path: string): GraphError {
  return new GraphError(
    'bad-name',
    `The name of "${path}" is not valid UTF-8, so Graft cannot open it. Rename it.`,
  );
}

/** The result of a look at a path; undefined if nothing is there. Throws if access is denied. */
function orGone<Found>(path: string, look: () => Found): Found | undefined {
  try {
    return look();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error instanceof GraphError ? error : unreadable(path, error);
  }
}

/** Checks that links stay inside; looks at each folder once. */
class LinkGuard {
  readonly #root: string;
  readonly #folders = new Map<string, boolean>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The file; undefined if it disappeared, links to nothing or is no plain file. */
  check(path: string): MatchedFile | undefined {
    return orGone(path, () => this.#check(path));
  }

  #check(path: string): MatchedFile | undefined {
    const absolute = resolve(this.#root, path);
    let stats = lstatSync(absolute);
    const folder = dirname(absolute);
    let inside = this.#folders.get(folder);
    if (inside === undefined) {
      inside = isInside(this.#root, realpathSync(folder));
      this.#folders.set(folder, inside);
    }
    if (stats.isSymbolicLink()) {
      stats = statSync(absolute);
      inside = isInside(this.#root, realpathSync(absolute));
    }
    if (!inside) throw outside(path);
    return stats.isFile() ? { path, absolute, stats } : undefined;
  }
}
