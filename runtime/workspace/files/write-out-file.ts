import { cp, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { GraphError } from '@graft/graph';
import { hasCode, makeFolder, partialPath, replaceFile, type FileContent } from '@graft/kit';
import { writeError } from './write-error.ts';

/** Links that lead to one another, at most, as systems have it. */
const mostLinks = 40;

/** Where a file is to be that is not there yet, although a link may lead to it. */
async function placeToCome(path: string): Promise<string> {
  let place = path;
  for (let links = 0; links < mostLinks; links++) {
    const to = await readlink(place).catch(() => undefined);
    if (to === undefined) return place;
    place = resolve(dirname(place), to);
  }
  return path;
}

/**
 * Writes a file that a person named, wherever that is: the new one is there whole, or the old one as it was. A link is
 * followed, and what is no file, as a pipe, is written to. Throws `no-space`, `state-unusable` and `bad-name`.
 */
export async function writeOutFile(path: string, content: FileContent): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  const place =
    found === undefined ? await placeToCome(path) : await realpath(path).catch(() => path);
  if (found?.isDirectory() === true) {
    const message = 'A folder has this name. Name a file.';
    throw new GraphError('bad-name', message, { location: { file: path } });
  }
  const isFile = found === undefined || found.isFile();
  try {
    if (isFile || typeof content === 'function') await replaceFile(place, content);
    else await writeFile(place, content);
  } catch (cause) {
    if (hasCode(cause, 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG')) {
      const message = 'A file cannot have this name here. Choose another name.';
      throw new GraphError('bad-name', message, { location: { file: path }, cause });
    }
    throw writeError(cause, { file: path, what: 'it was not written' });
  }
}

/** Copies a folder to a place that a person named: whole, or not at all. What was there goes. */
export async function writeOutFolder(from: string, path: string): Promise<void> {
  const within = dirname(path);
  await makeFolder(within);
  const partial = partialPath(within);
  try {
    await cp(from, partial, { recursive: true });
    await rm(path, { recursive: true, force: true });
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { recursive: true, force: true });
    throw writeError(cause, { file: path, what: 'it was not written' });
  }
}
