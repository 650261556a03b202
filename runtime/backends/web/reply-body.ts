import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface BodyLimit {
  /** Bytes, decompressed. */
  readonly most: number;
  /** Stops reading beyond the limit; absent: throws a RangeError. */
  readonly cut?: boolean;
}

/**
 * The bytes of a reply, decompressed as they arrive, so that a bomb is abandoned before it fills memory. Throws a
 * RangeError beyond the limit, and a TypeError for an unexpected encoding, and closes the connection.
 */
export async function replyBody(
  response: IncomingMessage,
  { most, cut = false }: BodyLimit,
): Promise<Uint8Array> {
  // A reply without a body has no encoding, whatever its headers say.
  if (isEmpty(response)) {
    response.resume();
    return new Uint8Array();
  }
  const pieces: Uint8Array[] = [];
  let left = most;
  if (!cut && Number(response.headers['content-length'] ?? 0) > most) {
    response.destroy();
    throw new RangeError('too long');
  }
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const piece of unpacked(response) as AsyncIterable<Uint8Array>) {
    pieces.push(cut ? piece.subarray(0, left) : piece);
    left -= piece.byteLength;
    if (left >= 0) continue;
    if (cut) break;
    throw new RangeError('too long');
  }
  return Buffer.concat(pieces);
}

function isEmpty({ statusCode, headers }: IncomingMessage): boolean {
  return statusCode === 204 || statusCode === 304 || headers['content-length'] === '0';
}

function unpacked(response: IncomingMessage): Readable {
  const packing = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (packing === 'identity' || packing === '') return response;
  const unpack = unpacker(packing);
  if (unpack === undefined) {
    // Nobody would read it.
    response.destroy();
    throw new TypeError(packing.slice(0, 40));
  }
  // If either ends or fails, the other does too; the reader sees it in what it reads.
  return pipeline(response, unpack, () => undefined);
}

function unpacker(packing: string) {
  switch (packing) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
