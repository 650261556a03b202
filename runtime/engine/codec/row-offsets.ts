import type { ArtifactRef, ArtifactStore } from '@graft/graph';

const newline = 0x0a;
/** Rows between two remembered places, or bytes where these are long: a jump reads at most so many in vain. */
const stride = 64;
const strideBytes = 64 * 1024;
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

/** Where rows begin in the bytes of one JSON-lines artifact, as far as it has been read. */
class Offsets {
  /** In order, from the first row on. */
  readonly #places: Place[] = [{ row: 0, byte: 0 }];

  /** The nearest remembered place at or before a row. */
  before(row: number): Place {
    let [low, high] = [0, this.#places.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#places[middle]?.row ?? Infinity) <= row) low = middle;
      else high = middle - 1;
    }
    return this.#places[low] ?? { row: 0, byte: 0 };
  }

  passed(row: number, byte: number): void {
    const last = this.#places.at(-1);
    if (last === undefined || row <= last.row) return;
    if (row - last.row >= stride || byte - last.byte >= strideBytes)
      this.#places.push({ row, byte });
  }
}

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
  async *lines(ref: Pick<ArtifactRef, 'digest'>, from: number): AsyncGenerator<RowLine> {
    for await (const { row, starts, bytes } of this.blocks(ref, from)) {
      for (let at = Math.max(0, from - row); at < starts.length - 1; at += 1) {
        yield { row: row + at, bytes: bytes.subarray(starts[at], (starts[at + 1] ?? 0) - 1) };
      }
    }
  }

  /** Whole lines from one at or before row `from` on, as many as come at once; verified as `lines` are. */
  async *blocks({ digest }: Pick<ArtifactRef, 'digest'>, from: number): AsyncGenerator<LineBlock> {
    const offsets = this.#of(digest);
    let { row, byte } = offsets.before(from);
    const bytes = byte === 0 ? this.#artifacts.get(digest) : this.#artifacts.getFrom(digest, byte);
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

  #of(digest: string): Offsets {
    const known = this.#offsets.get(digest) ?? new Offsets();
    // The map keeps the order of its entries: set anew, it is the one used last.
    this.#offsets.delete(digest);
    this.#offsets.set(digest, known);
    const [oldest] = this.#offsets.keys();
    if (this.#offsets.size > keptArtifacts && oldest !== undefined) this.#offsets.delete(oldest);
    return known;
  }
}
