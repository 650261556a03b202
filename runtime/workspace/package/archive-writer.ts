import { dirname } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { removePartials, replaceFile, type Append } from '@graft/kit';
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
 * one that was there is replaced. `newMode`: permissions of a new file, less the umask's.
 */
export async function writeArchive(
  target: string,
  manifest: string,
  { blobs, newMode }: { readonly blobs: Iterable<PackagedBlob>; readonly newMode?: number },
): Promise<void> {
  await removePartials(dirname(target));
  const zip = new ZipFile();
  const failed = new AbortController();
  const archive = Readable.from(zip.outputStream, { objectMode: false });
  addAbortSignal(failed.signal, archive);
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
    const write = async (append: Append): Promise<void> => {
      for await (const chunk of archive) if (chunk instanceof Uint8Array) await append(chunk);
    };
    await replaceFile(target, write, newMode === undefined ? {} : { newMode });
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error;
  }
}
