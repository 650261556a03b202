import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { removePartials, stagingName, syncPath } from '@graft/kit';
import { ZipFile } from 'yazl';

/** Bytes of a package, by their digest. */
export interface PackagedBlob {
  readonly digest: string;
  readonly size: number;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Weights do not get smaller. */
  readonly compress: boolean;
}

/** The same contents give the same archive. */
const timestamp = new Date(Date.UTC(1980, 0, 1));
const mode = 0o100644;

/**
 * Writes an archive: the manifest, then each blob as `blobs/<digest>`. The file is there whole or not at all;
 * one that was there is replaced.
 */
export async function writeArchive(
  target: string,
  manifest: string,
  blobs: Iterable<PackagedBlob>,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await removePartials(dirname(target));
  const partial = join(dirname(target), `.${stagingName()}.part`);
  const zip = new ZipFile();
  const failed = new AbortController();
  const common = { mtime: timestamp, mode, forceDosTimestamp: true };
  zip.addBuffer(Buffer.from(manifest), 'manifest.json', common);
  for (const blob of blobs) {
    const options = { ...common, size: blob.size, compress: blob.compress };
    zip.addReadStreamLazy(`blobs/${blob.digest}`, options, (give) => {
      const stream = Readable.from(blob.open(), { objectMode: false });
      stream.once('error', (error) => failed.abort(error));
      give(null, stream);
    });
  }
  zip.once('error', (error) => failed.abort(error));
  zip.end();
  try {
    await pipeline(zip.outputStream, createWriteStream(partial, { flags: 'wx' }), {
      signal: failed.signal,
    });
    await syncPath(partial);
    await rename(partial, target);
    await syncPath(dirname(target));
  } catch (error) {
    await rm(partial, { force: true });
    throw failed.signal.aborted ? failed.signal.reason : error;
  }
}
