import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** An archive of texts, by their paths in it. The same texts give the same bytes. */
export async function zipped(files: ReadonlyMap<string, string>): Promise<Buffer> {
  const zip = new ZipFile();
  const options = { mtime: new Date(Date.UTC(1980, 0, 1)), forceDosTimestamp: true };
  for (const [path, text] of files) zip.addBuffer(Buffer.from(text), path, options);
  zip.end();
  return buffer(zip.outputStream);
}
