import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GraphError } from '@graft/graph';
import { syncPath } from '@graft/kit';
import { placesOf } from './unpack-path.ts';
import { isFileOf, writeNewFile } from './write-new-file.ts';

/** A file that is to come into a workspace. */
export interface ComingFile {
  /** Below the workspace, with `/`. */
  readonly path: string;
  readonly digest: string;
}

/** Where files go. */
export interface FilePlaces {
  /** Path → absolute path, of all of them. */
  readonly places: ReadonlyMap<string, string>;
  /** Those that are there already, byte for byte. */
  readonly present: ReadonlySet<string>;
}

/**
 * Where files go below `root`, a real path. Throws as `placesOf`, and `name-taken`, naming those in whose place other files
 * are; `source` is where they come from, for messages.
 */
export async function filePlaces(
  root: string,
  files: readonly ComingFile[],
  source: string,
): Promise<FilePlaces> {
  const places = await placesOf(
    root,
    files.map(({ path }) => path),
    source,
  );
  const present = new Set<string>();
  const others: string[] = [];
  for (const { path, digest } of files) {
    const place = places.get(path) ?? '';
    const found = await lstat(place).catch(() => undefined);
    if (found === undefined) continue;
    if (await isFileOf(place, digest)) present.add(path);
    else others.push(path);
  }
  if (others.length === 0) return { places, present };
  const named =
    others.slice(0, 10).join(', ') +
    (others.length > 10 ? ` and ${String(others.length - 10)} more` : '');
  throw new GraphError(
    'name-taken',
    `The workspace has other files of these names: ${named}. Nothing was written. Move them away, or take another folder.`,
    { location: { file: source } },
  );
}

/** Writes the files that are not there, their bytes given by `open`. Gives their paths. */
export async function writeFiles<File extends ComingFile>(
  files: readonly File[],
  { places, present }: FilePlaces,
  from: {
    readonly open: (file: File) => AsyncIterable<Uint8Array>;
    readonly scratchFolder: string;
  },
): Promise<string[]> {
  const written: string[] = [];
  const folders = new Set<string>();
  for (const file of files) {
    const { path, digest } = file;
    const place = places.get(path);
    if (place === undefined || present.has(path)) continue;
    await writeNewFile({ place, path, digest }, from.open(file), from.scratchFolder);
    written.push(path);
    folders.add(dirname(place));
  }
  for (const folder of folders) await syncPath(folder);
  return written;
}
