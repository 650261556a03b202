import { open, opendir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { z } from 'zod';

/** Entries of folders that one listing of a store looks at. A store of a thousand models has a tenth of them. */
const mostEntries = 50_000;
/** Bytes of a file that says what a model is, such as a manifest. */
const mostText = 1 << 20;

/**
 * Files below a folder by their path from there, with forward slashes and in order. It goes at most so many folders
 * down, follows no link to a folder, and passes over what it may not read. What a store holds beyond `mostEntries` is
 * left out: other tools may keep anything there.
 */
export async function filesBelow(
  root: string,
  { depth, takes }: { readonly depth: number; readonly takes: (path: string) => boolean },
): Promise<string[]> {
  const found: string[] = [];
  let entries = 0;
  const walk = async (folder: string, left: number): Promise<void> => {
    const below: string[] = [];
    try {
      for await (const entry of await opendir(folder)) {
        entries += 1;
        if (entries > mostEntries) return;
        const path = join(folder, entry.name);
        if (entry.isDirectory()) below.push(path);
        else if (entry.isFile() || entry.isSymbolicLink()) {
          const name = relative(root, path).replaceAll(sep, '/');
          if (takes(name)) found.push(name);
        }
      }
    } catch {
      // Missing, not a folder, not ours to read, or removed meanwhile.
    }
    if (left > 0) for (const path of below.sort()) await walk(path, left - 1);
  };
  await walk(root, depth);
  return found.sort();
}

/** The text of a small file; undefined where it is missing, larger than 1 MiB, no file or not ours to read. */
export async function smallText(path: string): Promise<string | undefined> {
  // Looked at before it is opened: a pipe would be read for ever.
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size > mostText) return undefined;
  return readFile(path, 'utf8').catch(() => undefined);
}

/** What a small JSON file holds; undefined also where it is damaged. */
export async function smallJson<Value>(
  path: string,
  schema: z.ZodType<Value>,
): Promise<Value | undefined> {
  try {
    return schema.parse(JSON.parse((await smallText(path)) ?? ''));
  } catch {
    return undefined;
  }
}

/**
 * Why a file of a store cannot be used, as a clause that begins with what it is; undefined where it can. Links may lead
 * to other files of the store.
 */
export async function whyUnreadable(file: string, root: string): Promise<string | undefined> {
  try {
    const [home, real] = await Promise.all([realpath(root), realpath(file)]);
    if (!real.startsWith(home + sep)) return 'is a link that leads out of the folder of that tool';
    if (!(await stat(real)).isFile()) return 'is not a file';
    await using _ = await open(real, 'r');
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES' || code === 'EPERM') return 'may not be read by you';
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'is missing' : 'cannot be opened';
  }
}
