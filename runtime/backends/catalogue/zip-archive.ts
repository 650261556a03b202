import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { ArchiveBudget } from './archive-budget.ts';
import { open, type Entry, type ZipFile } from 'yauzl';

/** Copies the wanted entries of a zip archive (a Python wheel) to files, one after the other. */
export async function extractZip(
  archive: string,
  wanted: ReadonlyMap<string, string>,
  { signal, largest }: { readonly signal: AbortSignal; readonly largest: number },
): Promise<void> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    open(archive, { lazyEntries: true }, (error, opened) =>
      error === null ? resolve(opened) : reject(error),
    );
  });
  const budget = new ArchiveBudget(largest);
  try {
    for (let entry = await nextEntry(zip); entry !== undefined; entry = await nextEntry(zip)) {
      const target = wanted.get(entry.fileName);
      budget.count(target === undefined ? 0 : entry.uncompressedSize);
      budget.throwIfSpent();
      if (target === undefined) continue;
      await pipeline(await openEntry(zip, entry), createWriteStream(target), { signal });
    }
  } finally {
    zip.close();
  }
}

function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      zip.removeListener('entry', onEntry);
      zip.removeListener('end', onEnd);
      zip.removeListener('error', onError);
      end();
    };
    const onEntry = (entry: Entry): void => settle(() => resolve(entry));
    const onEnd = (): void => settle(() => resolve(undefined));
    const onError = (error: unknown): void => settle(() => reject(error));
    zip.once('entry', onEntry);
    zip.once('end', onEnd);
    zip.once('error', onError);
    zip.readEntry();
  });
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) =>
      error === null ? resolve(stream) : reject(error),
    );
  });
}
