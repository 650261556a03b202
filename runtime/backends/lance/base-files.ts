import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { linkOrCopy } from '@graft/kit';
import { z } from 'zod';

/** Stored beside the table: the files that made up the table when its vector index was built. */
const noteName = 'base.json';
const noteSchema = z.object({ files: z.array(z.string()) });
/** The only file that LanceDB overwrites; it finds the newest version without it. */
const overwritten = 'latest_version_hint.json';

/** Records the files of a table with its vector index, before any other change. */
export async function noteBase(folder: string): Promise<void> {
  const files = await filesBelow(folder);
  await writeFile(path.join(folder, noteName), JSON.stringify({ files }));
}

/**
 * Hard-links the base table of another folder's index, with its record; false if there is none. LanceDB adds files and
 * never changes one, so the other folder stays intact.
 */
export async function layOutBase(from: string, to: string): Promise<boolean> {
  const note = await readNote(from);
  if (note === undefined) return false;
  const wanted = new Set([noteName, ...note.files]);
  // Only existing files, so that a record cannot lead outside.
  for (const file of await filesBelow(from)) {
    if (!wanted.has(file)) continue;
    await mkdir(path.join(to, path.dirname(file)), { recursive: true });
    await linkOrCopy(path.join(from, file), path.join(to, file));
  }
  return true;
}

/** The record of a folder; an unreadable one counts as none. */
async function readNote(folder: string): Promise<z.infer<typeof noteSchema> | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(path.join(folder, noteName), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Paths below the folder, with `/`. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== overwritten)
    .map(({ parentPath, name }) =>
      path.relative(folder, path.join(parentPath, name)).split(path.sep).join('/'),
    );
}
