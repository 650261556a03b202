import type { FileHandle } from 'node:fs/promises';

/** Bytes of the largest chunk. */
export const chunkBytes = 1 << 20;

/**
 * The bytes of a file from `start` on, in chunks that grow from `first` bytes to the largest: a short reading reads little, a
 * long one waits seldom. The next chunk is read while the caller uses one; closing the file waits for that.
 */
export async function* readChunks(
  handle: FileHandle,
  { start, first }: { readonly start: number; readonly first: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = start;
  let size = first;
  const read = (): Promise<Uint8Array> => {
    const buffer = Buffer.allocUnsafe(size);
    const chunk = handle
      .read(buffer, 0, size, at)
      .then(({ bytesRead }) => buffer.subarray(0, bytesRead));
    // Its failure is thrown where it is awaited, possibly later.
    chunk.catch(() => undefined);
    size = Math.min(size * 2, chunkBytes);
    return chunk;
  };
  let next = read();
  for (;;) {
    const chunk = await next;
    if (chunk.byteLength === 0) return;
    at += chunk.byteLength;
    next = read();
    yield chunk;
  }
}
