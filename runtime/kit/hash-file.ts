import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

export interface FileHash {
  /** sha256 of the bytes, hex. */
  readonly digest: string;
  /** Bytes read. */
  readonly size: number;
}

/** Hashes a file in one pass, piece by piece. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<FileHash> {
  const hash = createHash('sha256');
  let size = 0;
  const bytes: AsyncIterable<Uint8Array> = createReadStream(path, {
    highWaterMark: 1 << 20,
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const chunk of bytes) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { digest: hash.digest('hex'), size };
}
