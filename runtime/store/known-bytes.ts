import { createHash } from 'node:crypto';
import { GraphError, type Digest } from '@graft/graph';

/** Bytes that should have this digest and length. */
export interface KnownBytes {
  readonly digest: Digest;
  readonly size: number;
}

/**
 * Passes bytes on, and throws `input-changed` before the end if they differ from what is known of them. Reads no further
 * once there are too many.
 */
export async function* knownBytes(
  { digest, size }: KnownBytes,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let passed = 0;
  for await (const chunk of bytes) {
    passed += chunk.byteLength;
    if (passed > size) break;
    hash.update(chunk);
    yield chunk;
  }
  if (passed === size && hash.digest('hex') === digest) return;
  throw new GraphError(
    'input-changed',
    `A file changed while Graft stored it: its bytes no longer have the digest ${digest}. Nothing of it was stored. Run again when nothing writes to it.`,
  );
}
