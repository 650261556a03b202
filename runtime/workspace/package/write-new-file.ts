import { lstat, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GraphError } from '@graft/graph';
import {
  hasCode,
  hashFile,
  makeFolder,
  partialPath,
  placeNewFile,
  stagingName,
  writeStream,
} from '@graft/kit';
import { writeError } from '../files/write-error.ts';

/** A file of a package, and the absolute path that it gets. */
export interface PlacedFile {
  readonly place: string;
  /** Below the workspace, for messages. */
  readonly path: string;
  readonly digest: string;
}

/**
 * Writes a file's bytes to the disk that it will be on, and makes its folder. Gives where they are: in the scratch
 * folder, which Graft sweeps of what killed processes leave, or hidden beside the file where the disks differ.
 */
export async function stageNewFile(
  { place, path }: PlacedFile,
  bytes: AsyncIterable<Uint8Array>,
  scratchFolder: string,
): Promise<string> {
  try {
    await makeFolder(dirname(place));
    const staged = await stagingPath(place, scratchFolder);
    await writeStream(staged, bytes);
    return staged;
  } catch (error) {
    throw notWritten(error, path);
  }
}

/**
 * Gives staged bytes their name. False where the same file has come meanwhile. The caller flushes the folder and removes
 * what was staged. Throws `name-taken` where another file has come.
 */
export async function placeStagedFile(
  staged: string,
  { place, path, digest }: PlacedFile,
): Promise<boolean> {
  try {
    await placeNewFile(staged, place);
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw notWritten(error, path);
    if (await isFileOf(place, digest)) return false;
    const message =
      'A file with this name appeared while Graft unpacked the package. Nothing was written. Unpack it again.';
    throw new GraphError('name-taken', message, { location: { file: path }, cause: error });
  }
}

const notWritten = (error: unknown, file: string): unknown =>
  writeError(error, { file, what: 'nothing was written' });

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
