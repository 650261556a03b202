import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

// A segment is a sequence of records: header, payload. Little-endian.
//   magic u32, payload length u32, key (sha256, 32 bytes), crc32 of the payload u32, crc32 of the 44 bytes before u32
const magic = 0x31_6d_74_47; // "Gtm1"
export const headerBytes = 48;

// Its index, beside it, is a sequence of frames, one for each append, so that opening reads no payload.
//   magic u32, entries u32, crc32 of the entries u32, then for each: key 32 bytes, offset of the payload f64,
//   its length u32, its crc32 u32
const frameMagic = 0x31_78_74_47; // "Gtx1"
const frameHeaderBytes = 12;
const entryBytes = 48;

/** The place of a payload in its segment. */
export interface ItemPlace {
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

/** A key for maps: its 32 bytes, one for each character. Other keys are hashed first. */
export function itemId(key: string): string {
  if (!/^[0-9a-f]{64}$/.test(key)) return hash('sha256', key, 'binary');
  idBytes.write(key, 'hex');
  return idBytes.toString('latin1');
}
/** Shared by all keys, since it is read as soon as it is written. */
const idBytes = Buffer.alloc(32);

/** The bytes of records to write at `offset`, with the place of each payload. */
export function encodeRecords(
  entries: readonly { readonly id: string; readonly payload: Uint8Array }[],
  offset: number,
): { bytes: Buffer; places: { id: string; place: ItemPlace }[] } {
  let size = 0;
  for (const entry of entries) size += headerBytes + entry.payload.byteLength;
  const bytes = Buffer.allocUnsafe(size);
  const places: { id: string; place: ItemPlace }[] = [];
  let at = 0;
  for (const { id, payload } of entries) {
    const crc = crc32(payload);
    bytes.writeUInt32LE(magic, at);
    bytes.writeUInt32LE(payload.byteLength, at + 4);
    bytes.write(id, at + 8, 32, 'latin1');
    bytes.writeUInt32LE(crc, at + 40);
    bytes.writeUInt32LE(crc32(bytes.subarray(at, at + 44)), at + 44);
    bytes.set(payload, at + headerBytes);
    const place = { offset: offset + at + headerBytes, length: payload.byteLength, crc };
    places.push({ id, place });
    at += headerBytes + payload.byteLength;
  }
  return { bytes, places };
}

/** Reads the header of a record; undefined if there is none. */
export function decodeHeader(
  bytes: Buffer,
  offset: number,
): { id: string; place: ItemPlace } | undefined {
  if (bytes.byteLength < headerBytes || bytes.readUInt32LE(0) !== magic) return undefined;
  if (crc32(bytes.subarray(0, 44)) !== bytes.readUInt32LE(44)) return undefined;
  return {
    id: bytes.toString('latin1', 8, 40),
    place: {
      offset: offset + headerBytes,
      length: bytes.readUInt32LE(4),
      crc: bytes.readUInt32LE(40),
    },
  };
}

/** One frame of the index. */
export function encodeFrame(
  places: readonly { readonly id: string; readonly place: ItemPlace }[],
): Buffer {
  const bytes = Buffer.allocUnsafe(frameHeaderBytes + places.length * entryBytes);
  let at = frameHeaderBytes;
  for (const { id, place } of places) {
    bytes.write(id, at, 32, 'latin1');
    bytes.writeDoubleLE(place.offset, at + 32);
    bytes.writeUInt32LE(place.length, at + 40);
    bytes.writeUInt32LE(place.crc, at + 44);
    at += entryBytes;
  }
  bytes.writeUInt32LE(frameMagic, 0);
  bytes.writeUInt32LE(places.length, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(frameHeaderBytes)), 8);
  return bytes;
}

/** The entries of an index before its first torn or altered frame, which starts at `end`. */
export function decodeFrames(bytes: Buffer): {
  entries: { id: string; place: ItemPlace }[];
  end: number;
} {
  const entries: { id: string; place: ItemPlace }[] = [];
  let at = 0;
  while (bytes.byteLength - at >= frameHeaderBytes && bytes.readUInt32LE(at) === frameMagic) {
    const count = bytes.readUInt32LE(at + 4);
    const end = at + frameHeaderBytes + count * entryBytes;
    if (end > bytes.byteLength) break;
    if (crc32(bytes.subarray(at + frameHeaderBytes, end)) !== bytes.readUInt32LE(at + 8)) break;
    for (let entry = at + frameHeaderBytes; entry < end; entry += entryBytes) {
      entries.push({
        id: bytes.toString('latin1', entry, entry + 32),
        place: {
          offset: bytes.readDoubleLE(entry + 32),
          length: bytes.readUInt32LE(entry + 40),
          crc: bytes.readUInt32LE(entry + 44),
        },
      });
    }
    at = end;
  }
  return { entries, end: at };
}
