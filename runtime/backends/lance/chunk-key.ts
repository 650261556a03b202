import { createHash } from 'node:crypto';
import type { EmbeddedChunk } from '@graft/graph';

/** A chunk under a name that no other chunk of the index has. */
export interface KeyedChunk {
  readonly key: string;
  readonly chunk: EmbeddedChunk;
}

/** Characters of a key: 144 bits in base64. */
const keyLength = 24;

/**
 * Names chunks by all that an index holds of them, their vectors included, so that what has a key in two indexes is the same
 * in both. Of chunks that are equal, each has its own.
 */
export async function* keyed(chunks: AsyncIterable<EmbeddedChunk>): AsyncGenerator<KeyedChunk> {
  const repeated = new Map<string, number>();
  for await (const chunk of chunks) {
    let key = keyOf(chunk, 0);
    const before = repeated.get(key);
    repeated.set(key, (before ?? 0) + 1);
    if (before !== undefined) key = keyOf(chunk, before);
    yield { key, chunk };
  }
}

function keyOf({ vector, ...rest }: EmbeddedChunk, copy: number): string {
  const { buffer, byteOffset, byteLength } = vector;
  return createHash('sha256')
    .update(`${copy} ${JSON.stringify(rest)}`)
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('base64')
    .slice(0, keyLength);
}
