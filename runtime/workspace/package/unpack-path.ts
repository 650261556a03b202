import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { GraphError, isInnerPath } from '@graft/graph';
import { requireNewGraphPath, requirePortablePath, requireVisible } from '../files/graph-path.ts';

/**
 * Where files of a package go: below `root` (a real path), in no hidden folder, under names that every system can
 * write, through no link. `graphs` end as graph files do. Throws `unsafe-path`, or `name-taken` where a file stands in
 * the place of a folder, before anything is written.
 */
export async function placesOf(
  root: string,
  paths: readonly string[],
  archive: string,
): Promise<Map<string, string>> {
  const places = new Map<string, string>();
  const twins = twinsOf(paths);
  if (twins !== undefined) throw unsafe(archive, twins[1], `and also ${JSON.stringify(twins[0])}`);
  const folded = new Set(paths.map(foldedPath));
  for (const path of paths) {
    if (!isInnerPath(path)) throw unsafe(archive, path, 'which is not a path in the workspace');
    try {
      requireVisible(path);
      requirePortablePath(path);
    } catch (error) {
      throw unsafe(archive, path, `which cannot be a file of a workspace: ${reasonOf(error)}`);
    }
    for (let at = dirname(foldedPath(path)); at !== '.'; at = dirname(at)) {
      if (folded.has(at)) throw unsafe(archive, path, 'inside a path that is itself a file');
    }
  }
  // Nothing is looked up on the disk before all names are known to be sound.
  const sound = new Set<string>();
  for (const path of paths) places.set(path, await placeBelow({ root, archive, sound }, path));
  return places;
}

/** Two paths of which the second would take the place of the first where upper and lower case are one. */
export function twinsOf(paths: readonly string[]): readonly [string, string] | undefined {
  const known = new Map<string, string>();
  for (const path of paths) {
    const twin = known.get(foldedPath(path));
    if (twin !== undefined) return [twin, path];
    known.set(foldedPath(path), path);
  }
  return undefined;
}

const foldedPath = (path: string): string => path.normalize('NFC').toLowerCase();

/**
 * The absolute path, if what exists on the way there is below the root: no link leads out. Each folder is looked up once:
 * `sound` remembers them.
 */
async function placeBelow(
  { root, archive, sound }: { root: string; archive: string; readonly sound: Set<string> },
  path: string,
): Promise<string> {
  const absolute = join(root, path);
  for (let at = absolute; at !== root && !sound.has(at); at = dirname(at)) {
    if (at !== absolute) sound.add(at);
    const found = await lstat(at).catch(() => undefined);
    if (found === undefined) continue;
    if (at === absolute && found.isSymbolicLink()) {
      throw unsafe(archive, path, 'whose path is a link in this workspace');
    }
    const real = await realpath(at);
    if (real !== root && !real.startsWith(root + sep)) {
      throw unsafe(archive, path, 'whose path leads out of this workspace by a link');
    }
    if (at !== absolute && !(await stat(real)).isDirectory()) {
      throw new GraphError(
        'name-taken',
        `The workspace has a file ${JSON.stringify(relative(root, at))} where the package has a folder. Nothing was unpacked. Move the file away, or unpack into another folder.`,
        { location: { file: archive } },
      );
    }
    requireVisible(
      path,
      real
        .slice(root.length + 1)
        .split(sep)
        .join('/'),
    );
    break;
  }
  return absolute;
}

/** Throws unless it is the name of a graph file. */
export function requireGraphName(path: string, archive: string): void {
  try {
    requireNewGraphPath(path);
  } catch (error) {
    throw unsafe(archive, path, `which is not a graph file: ${reasonOf(error)}`);
  }
}

/** A message within a sentence. */
const reasonOf = (error: unknown): string => GraphError.from(error).message.replace(/\.$/, '');

function unsafe(archive: string, path: string, why: string): GraphError {
  return new GraphError(
    'unsafe-path',
    `The package has a file ${JSON.stringify(path.slice(0, 200))}, ${why}. Nothing was unpacked.`,
    { location: { file: archive } },
  );
}
