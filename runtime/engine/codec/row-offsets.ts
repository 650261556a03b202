import type { ArtifactRef, ArtifactStore } from '@graft/graph';

const newline = 0x0a;
/** Rows between two remembered places, or bytes where these are long: a jump reads at most so many in vain. */
const stride = 64;
const strideBytes = 64 * 1024;
/** Bytes that are rather read in vain than gone around from the end. */
const nearEnough = 8_000_000;
/** Bytes that are read at a time where one goes back from the end. */
const backBytes = 1 << 20;
/** Artifacts whose places are remembered; the one longest unused goes first. */
const keptArtifacts = 200;

/** A line of an artifact: its row, from 0, and its bytes without the end. */
export interface RowLine {
  readonly row: number;
  readonly bytes: Uint8Array;
}

/** Lines of an artifact that stand one after the other. */
export interface LineBlock {
  /** The row of the first, from 0. */
  readonly row: number;
  /** Where each begins in `bytes`; at the end where the next one would. */
  readonly starts: readonly number[];
  readonly bytes: Buffer;
}

interface Place {
  readonly row: number;
  readonly byte: number;
}

const isNear = (place: Place | undefined, row: number, byte: number): boolean =>
  place !== undefined &&
  Math.abs(row - place.row) < stride &&
  Math.abs(byte - place.byte) < strideBytes;

/** Where rows begin in the bytes of one JSON-lines artifact, as far as it has been read. */
class Offsets {
  /** In order, from the first row on. */
  readonly #places: Place[] = [{ row: 0, byte: 0 }];
  /** The one that was near the row that was passed last. */
  #latest: Place | undefined;

  /** The nearest remembered place at or before a row. */
  before(row: number): Place {
    return this.#places[this.#index(row)] ?? { row: 0, byte: 0 };
  }

  #index(row: number): number {
    let [low, high] = [0, this.#places.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#places[middle]?.row ?? Infinity) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Notes where a row begins, where no place near it is remembered. */
  passed(row: number, byte: number): void {
    if (isNear(this.#latest, row, byte)) return;
    const at = this.#index(row);
    this.#latest = [this.#places[at], this.#places[at + 1]].find((one) => isNear(one, row, byte));
    if (this.#latest !== undefined) return;
    this.#latest = { row, byte };
    this.#places.splice(at + 1, 0, this.#latest);
  }

  /** Notes where a row begins, which is wanted. */
  remember(row: number, byte: number): void {
    const at = this.#index(row);
    if (this.#places[at]?.row !== row) this.#places.splice(at + 1, 0, { row, byte });
  }
}

/** An artifact; by its size and how many rows it has, one comes to a row from its end. */
type RowsRef = Pick<ArtifactRef, 'digest'> & Partial<ArtifactRef>;

/**
 * Reads rows from the middle of JSON-lines artifacts: bytes are found under their digest and never change, so the
 * places of rows that were passed once are remembered, in memory.
 */
export class RowReader {
  readonly #artifacts: ArtifactStore;
  readonly #offsets = new Map<string, Offsets>();

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
  }

  /** Lines from row `from` on. Rows from the first on are verified as they end; from within are not. */
  async *lines(ref: RowsRef, from: number): AsyncGenerator<RowLine> {
    for await (const { row, starts, bytes } of this.blocks(ref, from)) {
      for (let at = Math.max(0, from - row); at < starts.length - 1; at += 1) {
        yield { row: row + at, bytes: bytes.subarray(starts[at], (starts[at + 1] ?? 0) - 1) };
      }
    }
  }

  /** Whole lines from one at or before row `from` on, as many as come at once; verified as `lines` are, unless that is not wanted. */
  async *blocks(ref: RowsRef, from: number, { verify = true } = {}): AsyncGenerator<LineBlock> {
    const { digest } = ref;
    const offsets = this.#of(ref);
    await this.#comeFromEnd(ref, from);
    let { row, byte } = offsets.before(from);
    const bytes =
      byte === 0 && verify ? this.#artifacts.get(digest) : this.#artifacts.getFrom(digest, byte);
    let rest: Buffer[] = [];
    for await (const chunk of bytes) {
      const block = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const end = block.lastIndexOf(newline) + 1;
      if (end > 0) {
        const whole = block.subarray(0, end);
        const lines = rest.length === 0 ? whole : Buffer.concat([...rest, whole]);
        rest = [];
        const starts = [0];
        for (let at = lines.indexOf(newline); at !== -1; at = lines.indexOf(newline, at + 1)) {
          starts.push(at + 1);
          offsets.passed(row + starts.length - 1, byte + at + 1);
        }
        yield { row, starts, bytes: lines };
        row += starts.length - 1;
        byte += lines.length;
      }
      if (end < block.length) rest.push(block.subarray(end));
    }
    const last = Buffer.concat(rest);
    if (last.length > 0) yield { row, starts: [0, last.length + 1], bytes: last };
  }

  /** Goes back from the end to a row that is nearer to it than to any place that is known, so that what is before it is not read. */
  async #comeFromEnd(ref: RowsRef, from: number): Promise<void> {
    const { size = 0, count = 0 } = ref;
    const offsets = this.#of(ref);
    const ahead = ((from - offsets.before(from).row) * size) / Math.max(1, count);
    if (from >= count || ahead < nearEnough || count - from > from - offsets.before(from).row)
      return;
    /** The row that begins after the line end that is found next. */
    let row = count;
    for (let end = size; end > 0; end -= backBytes) {
      const start = Math.max(0, end - backBytes);
      const bytes = await this.#slice(ref.digest, start, end);
      // Not as rows are written, or not as large as is said: it is read from the front.
      if (bytes.length < end - start || (end === size && bytes.at(-1) !== newline)) return;
      for (let at = bytes.lastIndexOf(newline); at !== -1;) {
        const byte = start + at + 1;
        if (row <= from) return offsets.remember(row, byte);
        if (row < count) offsets.passed(row, byte);
        row -= 1;
        at = at === 0 ? -1 : bytes.lastIndexOf(newline, at - 1);
      }
    }
  }

  async #slice(digest: string, start: number, end: number): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#artifacts.getFrom(digest, start)) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length >= end - start) break;
    }
    return Buffer.concat(chunks).subarray(0, end - start);
  }

  /** By what is said of it, too: what is wrong leads nobody else astray. */
  #of({ digest, size, count }: RowsRef): Offsets {
    const key = JSON.stringify([digest, size, count]);
    const known = this.#offsets.get(key) ?? new Offsets();
    // The map keeps the order of its entries: set anew, it is the one used last.
    this.#offsets.delete(key);
    this.#offsets.set(key, known);
    const [oldest] = this.#offsets.keys();
    if (this.#offsets.size > keptArtifacts && oldest !== undefined) this.#offsets.delete(oldest);
    return known;
  }
}
