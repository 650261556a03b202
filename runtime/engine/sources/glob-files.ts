import { readdir, realpath, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { GraphError } from '@graft/graph';
import { glob, isDynamicPattern } from 'tinyglobby';
import { isGone, unreadable } from './file-fault.ts';
import { isInside, outside } from './inside-workspace.ts';

/** How often a walk reads one folder: linked folders may lead to each other in endless ways. */
const mostReadings = 100;
/** Folders that a walk reads outside the workspace: a link may lead to a whole disk. */
const mostOutside = 1000;

/**
 * The files below a workspace that a glob matches. Throws for an unreadable folder, whose files would otherwise be missing
 * silently, and for links without an end. `root` is a real path.
 */
export async function globFiles(
  root: string,
  pattern: string,
  ignore: readonly string[],
): Promise<string[]> {
  const walk = new Walk(root, startInside(root, pattern));
  const fs = {
    realpath: new Proxy(realpath, {
      apply(target, self, [link, done]: [string, Done]) {
        const resolved: Done = (error, real) => {
          if (error === null && typeof real === 'string') walk.follows(link, real);
          done(error, real);
        };
        return Reflect.apply(target, self, [link, resolved]);
      },
    }),
    readdir: new Proxy(readdir, {
      apply(target, self, [folder, options, done]: [string, unknown, Done]) {
        if (!walk.mayRead(folder)) return done(null, []);
        const read: Done = (error, entries) => {
          if (error !== null) walk.failed(folder, error);
          done(error, entries);
        };
        return Reflect.apply(target, self, [folder, options, read]);
      },
    }),
  };
  const found = await glob(pattern, { cwd: root, ignore, expandDirectories: false, fs });
  if (walk.fault !== undefined) throw walk.fault;
  return walk.withoutRounds(found);
}

type Done = (error: Error | null, found: unknown) => void;

/**
 * Where a walk starts: the path before the first wildcard. Throws if it leads out of the workspace, since all of it would
 * be walked before a file is refused.
 */
function startInside(root: string, pattern: string): string {
  const segments = pattern.split('/');
  const first = segments.findIndex((segment) => isDynamicPattern(segment));
  const plain = segments.slice(0, first).map((segment) => segment.replace(/\\(?=.)/g, ''));
  const start = join(root, ...plain);
  if (!isInside(root, realPath(start) ?? root)) throw outside(plain.join('/'));
  return start;
}

/** The real path; undefined for a path that cannot be opened, below which nothing matches. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The state of one walk, and its first problem. It reaches folders by real paths, or through links that it follows. */
class Walk {
  fault: GraphError | undefined;
  readonly #root: string;
  readonly #start: string;
  /** The real paths of links, and of the start of the walk. */
  readonly #links = new Map<string, string>();
  /** Whether the path to a folder goes in a circle. */
  readonly #rounds = new Map<string, boolean>();
  readonly #readings = new Map<string, number>();
  #outside = 0;

  constructor(root: string, start: string) {
    this.#root = root;
    this.#start = start;
    this.follows(start, realPath(start) ?? start);
  }

  follows(link: string, real: string): void {
    this.#links.set(resolve(link), real);
  }

  /** Counts a folder; false if the walk must end. */
  mayRead(folder: string): boolean {
    if (this.fault !== undefined) return false;
    const { real, link } = this.#resolved(folder);
    const readings = (this.#readings.get(real) ?? 0) + 1;
    this.#readings.set(real, readings);
    if (!isInside(this.#root, real)) this.#outside += 1;
    if (this.#outside > mostOutside) this.fault = outside(this.#nameOf(link));
    if (readings > mostReadings) this.fault = tangled(this.#nameOf(real));
    return this.fault === undefined;
  }

  /**
   * The files found, without those that a link repeats because it leads back to a folder above it, such as a folder that
   * links to itself.
   */
  withoutRounds(found: string[]): string[] {
    if (this.#links.size === 1) return found;
    const isRound = (path: string): boolean => this.#goesRound(dirname(join(this.#root, path)));
    const realOf = (path: string): string =>
      join(this.#resolved(dirname(join(this.#root, path))).real, basename(path));
    const seen = new Set(found.flatMap((path) => (isRound(path) ? [] : [realOf(path)])));
    return found.filter((path) => {
      if (!isRound(path)) return true;
      const isNew = !seen.has(realOf(path));
      seen.add(realOf(path));
      return isNew;
    });
  }

  /** Whether a link on the path from the start of the walk leads back to a folder that the path passed. */
  #goesRound(folder: string): boolean {
    if (folder.length <= this.#start.length) return false;
    const known = this.#rounds.get(folder);
    if (known !== undefined) return known;
    const goes = this.#goesRound(dirname(folder)) || this.#leadsUp(folder);
    this.#rounds.set(folder, goes);
    return goes;
  }

  #leadsUp(link: string): boolean {
    const real = this.#links.get(link);
    if (real === undefined) return false;
    for (let above = dirname(link); above.length >= this.#start.length; above = dirname(above)) {
      if (isInside(real, this.#resolved(above).real)) return true;
    }
    return false;
  }

  failed(folder: string, error: Error): void {
    // It disappeared after it was listed.
    if (isGone(error)) return;
    const { real, link } = this.#resolved(folder);
    this.fault ??= isInside(this.#root, real)
      ? unreadable(this.#nameOf(real), error)
      : outside(this.#nameOf(link));
  }

  /** The real path of a folder, and the last link on the path to it; without one, the folder itself. */
  #resolved(folder: string): { readonly real: string; readonly link: string } {
    const path = resolve(folder);
    for (let link = path; link !== dirname(link); link = dirname(link)) {
      const real = this.#links.get(link);
      if (real !== undefined) return { real: join(real, path.slice(link.length)), link };
    }
    return { real: path, link: path };
  }

  #nameOf(folder: string): string {
    return relative(this.#root, folder).split(sep).join('/');
  }
}

function tangled(folder: string): GraphError {
  return new GraphError(
    'too-large',
    `Links between folders lead to "${folder}" in more than ${mostReadings} ways. Name files and folders without such links, or remove the links.`,
  );
}
