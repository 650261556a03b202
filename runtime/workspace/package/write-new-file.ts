import { createWriteStream } from 'node:fs';
import { lstat, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GraphError } from '@graft/graph';
import {
  hasCode,
  hashFile,
  makeFolder,
  partialPath,
  placeNewFile,
  removeEmpty,
  stagingName,
  syncPath,
} from '@graft/kit';
import { toldDiskError } from '../told-disk-error.ts';

/** A file of a package, and the absolute path that it gets. */
export interface PlacedFile {
  readonly place: string;
  /** Below the workspace, for messages. */
  readonly path: string;
  readonly digest: string;
}

/**
 * Writes a file that was not there: it is whole or not at all, and takes nobody's place. What a killed process leaves
 * of it is in the scratch folder, which is swept, where this is on the same device. The caller flushes the folder.
 * Throws `name-taken` where another file has come meanwhile.
 */
export async function writeNewFile(
  { place, path, digest }: PlacedFile,
  bytes: AsyncIterable<Uint8Array>,
  scratchFolder: string,
): Promise<void> {
  const folder = dirname(place);
  const told = (error: unknown): unknown =>
    toldDiskError(error, { file: path, what: 'it was not written' });
  const made = await makeFolder(folder).catch((error: unknown) => {
    throw told(error);
  });
  const partial = await stagingPath(place, scratchFolder);
  try {
    await pipeline(bytes, createWriteStream(partial, { flags: 'wx' }));
    await syncPath(partial);
    await placeNewFile(partial, place);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) {
      await removeEmpty(made);
      throw told(error);
    }
    // Of two that unpack at once, one finds what the other has just written.
    if (await isFileOf(place, digest)) return;
    const message = 'A file of this name came while the package was unpacked. Unpack it again.';
    throw new GraphError('name-taken', message, { location: { file: path }, cause: error });
  } finally {
    await rm(partial, { force: true });
  }
}

/** Whether there is a file, no link, that holds the bytes of a digest. */
export async function isFileOf(place: string, digest: string): Promise<boolean> {
  const found = await lstat(place).catch(() => undefined);
  return found?.isFile() === true && (await hashFile(place)).digest === digest;
}

/** Where a file is written before it takes its place, which is in a folder that is there: in the scratch folder, or beside it. */
export async function stagingPath(place: string, scratchFolder: string): Promise<string> {
  const folder = dirname(place);
  return (await onOneDevice(scratchFolder, folder))
    ? join(scratchFolder, stagingName())
    : partialPath(folder);
}

/** Whether a file can go from one folder to the other by its name alone. */
async function onOneDevice(a: string, b: string): Promise<boolean> {
  return (await stat(a)).dev === (await stat(b)).dev;
}
