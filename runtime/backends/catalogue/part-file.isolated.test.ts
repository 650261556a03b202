import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { mountSmallDisk } from '@graft/kit/testing';
import { afterAll, expect, it } from 'vitest';
import { PartFile } from './part-file.ts';

const disk = mountSmallDisk(4);
afterAll(() => disk?.unmount());

/** Files below a folder that this process has open. */
async function openFiles(folder: string): Promise<string[]> {
  const names = await readdir('/proc/self/fd');
  const paths = names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ''));
  return (await Promise.all(paths)).filter((path) => path.startsWith(folder));
}

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(1);

// Where the notes begin: with what comes first, or only on the full disk.
it.skipIf(disk === undefined).each([5_000, 0])(
  'a file that comes onto a disk that fills up, first its byte %i, ends with that, whatever cannot be noted',
  async (first) => {
    if (disk === undefined) return;
    const path = join(disk.folder, 'x.part');
    const coming = async (): Promise<void> => {
      await using part = await PartFile.open(path);
      await part.write(bytes(1_000), first);
      disk.fill();
      await part.write(bytes(700_000), 100_000);
    };
    await expect(coming()).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await openFiles(disk.folder)).toEqual([]);
    disk.empty();
    // Nothing that came is lost.
    expect(await PartFile.received(path)).toBe(1_000);
    const part = await PartFile.open(path);
    await part.write(bytes(1_000), 200_000);
    await part[Symbol.asyncDispose]();
    expect(await PartFile.received(path)).toBe(2_000);
    await PartFile.remove(path);
    expect(await readdir(disk.folder)).toEqual([]);
  },
);
