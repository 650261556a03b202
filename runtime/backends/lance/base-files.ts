import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { linkOrCopy } from '@graft/kit';
import { z } from 'zod';

/** Beside the table: which files hold it as it was when its vector index had been built. */
const noteName = 'base.json';
const noteSchema = z.object({ files: z.array(z.string()) });
/** The one file that LanceDB writes over; it finds the newest version without it. */
const overwritten = 'latest_version_hint.json';

/** Notes the files of a table with its vector index, before anything else is done with it. */
export async function noteBase(folder: string): Promise<void> {
  const files = await filesBelow(folder);
  await writeFile(path.join(folder, noteName), JSON.stringify({ files }));
}

/**
 * Lays out, as hard links, the table that the index of another folder is based on, with its note; false where it is based on
 * none. LanceDB adds files and never writes into one, so that those of the other folder stay as they are.
 */
export async function layOutBase(from: string, to: string): Promise<boolean> {
  const note = await readNote(from);
  if (note === undefined) return false;
  const wanted = new Set([noteName, ...note.files]);
  // Of the files that are there, so that a note leads to none outside.
  for (const file of await filesBelow(from)) {
    if (!wanted.has(file)) continue;
    await mkdir(path.join(to, path.dirname(file)), { recursive: true });
    await linkOrCopy(path.join(from, file), path.join(to, file));
  }
  return true;
}

/** The note of a folder; one that cannot be read leads to no base, as none does. */
async function readNote(folder: string): Promise<z.infer<typeof noteSchema> | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(path.join(folder, noteName), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Paths from the folder on, with `/`. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== overwritten)
    .map(({ parentPath, name }) =>
      path.relative(folder, path.join(parentPath, name)).split(path.sep).join('/'),
    );
}
