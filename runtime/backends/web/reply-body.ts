import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface BodyLimit {
  /** Bytes, unpacked. */
  readonly most: number;
  /** What is beyond is left unread; absent: a RangeError. */
  readonly cut?: boolean;
}

/**
 * The bytes of a reply, unpacked as they come, so that what unpacks to more than it may is left before it is held. Throws a
 * RangeError where there are more, and a TypeError for a packing that was not asked for; the connection is closed then.
 */
export async function replyBody(
  response: IncomingMessage,
  { most, cut = false }: BodyLimit,
): Promise<Uint8Array> {
  // What has no body is packed as nothing, whatever the headers say of the one that it stands for.
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
    // Nobody would ever read it.
    response.destroy();
    throw new TypeError(packing.slice(0, 40));
  }
  // Whichever ends first, or breaks, takes the other along; the reader is told by what it reads.
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
