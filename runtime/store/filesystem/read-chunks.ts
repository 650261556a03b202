import type { FileHandle } from 'node:fs/promises';

/** Bytes of the largest chunk. */
export const chunkBytes = 1 << 20;

/**
 * The bytes of a file from a place on, in chunks that grow from `first` bytes to the largest: who wants a few reads few, who goes
 * through all waits seldom. While one is looked at, the next is read; closing the file waits for that.
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
    // It fails where it is waited for, which may be later.
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
