import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** sha256 of a file, hex. */
export async function fileDigest(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const bytes: AsyncIterable<Uint8Array> = createReadStream(path, {
    highWaterMark: 1 << 20,
    signal,
  });
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
