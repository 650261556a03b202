import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { hasCode } from '@graft/kit';
import { diskError } from '../disk-error.ts';
import {
  decodeFrames,
  decodeHeader,
  encodeFrame,
  encodeRecords,
  headerBytes,
  type ItemPlace,
} from './item-record.ts';

/**
 * Payloads are read through blocks. Items are written sorted by length, within windows of some thousand rows, but read in
 * the order of the rows. The cache (32 MB a segment) therefore holds a window; otherwise each item would cost a block.
 */
const blockBytes = 128 * 1024;
const cachedBlocks = 256;
/** Bytes of one write. */
const writeBytes = 8 << 20;

type Entry = { readonly id: string; readonly place: ItemPlace };

/** `NAME.seg` and its index `NAME.idx`. One process appends to it, any number read it. */
export class ItemSegment {
  #path: string;
  readonly #handle: FileHandle;
  readonly #blocks = new Map<number, Buffer>();
  #index: FileHandle | undefined;
  /** Bytes of whole records; anything after them is torn. */
  #end = 0;

  /** Opens an existing segment and returns its entries, oldest first; undefined if it is gone. */
  static async open(path: string): Promise<{ segment: ItemSegment; entries: Entry[] } | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(`${path}.seg`, 'r+');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw diskError(error, path);
    }
    const segment = new ItemSegment(path, handle);
    return { segment, entries: await segment.#load() };
  }

  static async create(path: string): Promise<ItemSegment> {
    try {
      return new ItemSegment(path, await open(`${path}.seg`, 'wx+'));
    } catch (error) {
      throw diskError(error, path);
    }
  }

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  get size(): number {
    return this.#end;
  }

  /**
   * Takes the segment over for appending and returns its entries again, since its last owner may have added some; undefined
   * if another process was first.
   */
  async take(path: string): Promise<Entry[] | undefined> {
    if (!(await this.rename(path))) return undefined;
    this.#blocks.clear();
    this.#end = 0;
    return this.#load();
  }

  /** Renames the segment, so that others know who appends; false if another process was first. */
  async rename(path: string): Promise<boolean> {
    try {
      await rename(`${this.#path}.seg`, `${path}.seg`);
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'EPERM', 'EBUSY', 'EACCES')) return false;
      throw diskError(error, this.#path);
    }
    // Without its index a segment is scanned instead.
    await rename(`${this.#path}.idx`, `${path}.idx`).catch(() => undefined);
    this.#path = path;
    return true;
  }

  /** Undefined if the bytes are damaged. They may be a part of a held block. */
  read(place: ItemPlace): Promise<Uint8Array | undefined> {
    const start = place.offset - (place.offset % blockBytes);
    const known = this.#blocks.get(start);
    const [from, to] = [place.offset - start, place.offset - start + place.length];
    if (known === undefined || known.byteLength < to) return this.#readBlocks(place);
    // As in `#block`, the least recently used goes first.
    this.#blocks.delete(start);
    this.#blocks.set(start, known);
    return Promise.resolve(whole(known.subarray(from, to), place));
  }

  async #readBlocks(place: ItemPlace): Promise<Uint8Array | undefined> {
    const payload = Buffer.allocUnsafe(place.length);
    let filled = 0;
    while (filled < place.length) {
      const at = place.offset + filled;
      const start = at - (at % blockBytes);
      const block = await this.#block(
        start,
        Math.min(blockBytes, place.offset + place.length - start),
      );
      const copied = block.copy(payload, filled, at - start);
      if (copied === 0) return undefined;
      filled += copied;
    }
    return whole(payload, place);
  }

  /** Appends items and returns the places of their payloads. Adds nothing after an error. */
  async append(
    entries: readonly { readonly id: string; readonly payload: Uint8Array }[],
  ): Promise<Entry[]> {
    const before = this.#end;
    try {
      const added: Entry[] = [];
      for (const batch of bySize(entries)) {
        const { bytes, places } = encodeRecords(batch, this.#end);
        await writeAt(this.#handle, bytes, this.#end);
        this.#end += bytes.byteLength;
        for (const place of places) added.push(place);
      }
      this.#index ??= await this.#openIndex();
      await this.#index.appendFile(encodeFrame(added));
      return added;
    } catch (error) {
      this.#end = before;
      await this.#handle.truncate(before).catch(() => undefined);
      throw diskError(error, this.#path);
    }
  }

  async close(): Promise<void> {
    this.#blocks.clear();
    await this.#handle.close();
    await this.#index?.close();
  }

  async #load(): Promise<Entry[]> {
    const { size } = await this.#handle.stat();
    const index = await readFile(`${this.#path}.idx`).catch(() => Buffer.alloc(0));
    const entries: Entry[] = [];
    for (const entry of decodeFrames(index).entries) {
      const end = entry.place.offset + entry.place.length;
      // No further entries: the index is ahead of its segment, which lost its tail.
      if (entry.place.offset !== this.#end + headerBytes || end > size) break;
      entries.push(entry);
      this.#end = end;
    }
    // Entries that the index lacks: its writer stopped between the two writes, or it is damaged.
    for (;;) {
      const header = Buffer.alloc(headerBytes);
      const { bytesRead } = await this.#handle.read(header, 0, headerBytes, this.#end);
      const entry = decodeHeader(header.subarray(0, bytesRead), this.#end);
      if (entry === undefined || entry.place.offset + entry.place.length > size) break;
      entries.push(entry);
      this.#end = entry.place.offset + entry.place.length;
    }
    return entries;
  }

  /** Makes the index agree with the segment before it grows. */
  async #openIndex(): Promise<FileHandle> {
    const handle = await open(`${this.#path}.idx`, 'a+');
    const bytes = await handle.readFile();
    const { entries, end } = decodeFrames(bytes);
    const last = entries.at(-1)?.place;
    if (end !== bytes.byteLength || (last?.offset ?? 0) + (last?.length ?? 0) > this.#end) {
      // The index is torn or ahead of the segment: readers scan the segment instead.
      await handle.truncate(0);
    }
    return handle;
  }

  async #block(start: number, needed: number): Promise<Buffer> {
    const known = this.#blocks.get(start);
    this.#blocks.delete(start);
    // A block at the end of the segment grows with it.
    if (known !== undefined && known.byteLength >= needed) {
      this.#blocks.set(start, known);
      return known;
    }
    const buffer = Buffer.allocUnsafe(blockBytes);
    const { bytesRead } = await this.#handle.read(buffer, 0, blockBytes, start);
    const block = buffer.subarray(0, bytesRead);
    const oldest = this.#blocks.keys().next();
    if (this.#blocks.size >= cachedBlocks && oldest.done !== true)
      this.#blocks.delete(oldest.value);
    this.#blocks.set(start, block);
    return block;
  }
}

/** Undefined if the bytes are damaged. */
function whole(payload: Buffer, { crc }: ItemPlace): Buffer | undefined {
  return crc32(payload) === crc ? payload : undefined;
}

function* bySize<T extends { readonly payload: Uint8Array }>(
  entries: readonly T[],
): Generator<T[]> {
  let group: T[] = [];
  let size = 0;
  for (const entry of entries) {
    group.push(entry);
    size += entry.payload.byteLength;
    if (size < writeBytes) continue;
    yield group;
    group = [];
    size = 0;
  }
  if (group.length > 0) yield group;
}

async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.byteLength - at, position + at);
    at += bytesWritten;
  }
}
