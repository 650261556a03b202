import { lstat, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GraphError } from '@graft/graph';
import { syncPath } from '@graft/kit';
import type { HeldJournal, Placing } from './placing-journal.ts';
import { placesOf } from './unpack-path.ts';
import { isFileOf, placeStagedFile, stageNewFile, type PlacedFile } from './write-new-file.ts';

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
    `The workspace has different files with these names: ${named}. Nothing was written. Move them away, or unpack into another folder.`,
    { location: { file: source } },
  );
}

/**
 * Writes the files that are not there, their bytes given by `open`, then does `rest`, which gets their paths: all of it
 * happens, or no file is there. To be called within `journal.alone`.
 */
export async function writeFiles<File extends ComingFile, T>(
  files: readonly File[],
  { places, present }: FilePlaces,
  from: {
    /** The workspace, a real path. */
    readonly root: string;
    readonly open: (file: File) => AsyncIterable<Uint8Array>;
    readonly scratchFolder: string;
    readonly journal: HeldJournal;
    readonly package?: Placing['package'];
    readonly rest: (written: readonly string[]) => Promise<T>;
  },
): Promise<T> {
  const { root, journal, scratchFolder } = from;
  const coming = files.flatMap((file): (PlacedFile & { readonly file: File })[] => {
    const place = places.get(file.path);
    if (place === undefined || present.has(file.path)) return [];
    return [{ file, place, path: file.path, digest: file.digest }];
  });
  const folders = await missingFolders(root, coming);
  const staged: string[] = [];
  const written: Placing['files'] = [];
  const placing = {
    folders,
    ...(from.package === undefined ? {} : { package: from.package }),
  };
  try {
    await journal.begin({
      ...placing,
      files: coming.map(({ path, digest }) => ({ path, digest })),
    });
    const files: Placing['files'] = [];
    for (const each of coming) {
      const { path, digest } = each;
      const one = await stageNewFile(each, from.open(each.file), scratchFolder);
      staged.push(one);
      files.push({ path, digest, stagedAt: (await stat(one)).mtimeMs });
    }
    await journal.begin({ ...placing, files });
    for (const [at, each] of coming.entries()) {
      const file = files[at];
      await journal.check();
      if (file !== undefined && (await placeStagedFile(staged[at] ?? '', each))) written.push(file);
    }
    for (const folder of new Set(coming.map(({ place }) => dirname(place)))) {
      await syncPath(folder);
    }
    await journal.check();
    const done = await from.rest(written.map(({ path }) => path));
    await journal.end();
    await removeAll(staged);
    return done;
  } catch (error) {
    await removeAll(staged);
    await journal.takeBack({ files: written, folders });
    throw error;
  }
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

/** The folders of files that are not there yet, below `root`, each after those that it lies in. */
async function missingFolders(root: string, files: readonly PlacedFile[]): Promise<string[]> {
  const missing = new Set<string>();
  for (const { path } of files) {
    const parts = path.split('/').slice(0, -1);
    for (const at of parts.keys()) {
      const folder = parts.slice(0, at + 1).join('/');
      if (missing.has(folder)) continue;
      if ((await lstat(join(root, folder)).catch(() => undefined)) === undefined) {
        missing.add(folder);
      }
    }
  }
  return [...missing];
}
