import type { ArtifactRef, ArtifactStore } from '@graft/graph';

const newline = 0x0a;
/** Rows between two remembered places: a jump reads at most so many rows in vain. */
const stride = 64;
/** Artifacts whose places are remembered; the one longest unused goes first. */
const keptArtifacts = 200;

/** A line of an artifact: its row, from 0, and its bytes without the end. */
export interface RowLine {
  readonly row: number;
  readonly bytes: Uint8Array;
}

/** Where rows begin in the bytes of one JSON-lines artifact, as far as it has been read. */
class Offsets {
  /** Byte at which row `stride * index` begins. */
  readonly #places: number[] = [0];

  /** The nearest remembered place at or before a row. */
  before(row: number): { readonly row: number; readonly byte: number } {
    const index = Math.min(Math.floor(row / stride), this.#places.length - 1);
    return { row: index * stride, byte: this.#places[index] ?? 0 };
  }

  passed(row: number, byte: number): void {
    if (row === this.#places.length * stride) this.#places.push(byte);
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

  /** Lines from row `from` on. Rows from the first on are verified as they end; from within they are not. */
  async *lines({ digest }: Pick<ArtifactRef, 'digest'>, from: number): AsyncGenerator<RowLine> {
    const offsets = this.#of(digest);
    let { row, byte } = offsets.before(from);
    const bytes = byte === 0 ? this.#artifacts.get(digest) : this.#artifacts.getFrom(digest, byte);
    let rest: Buffer[] = [];
    for await (const chunk of bytes) {
      const block = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      for (let end = block.indexOf(newline); end !== -1; end = block.indexOf(newline, start)) {
        const part = block.subarray(start, end);
        const line = rest.length === 0 ? part : Buffer.concat([...rest, part]);
        rest = [];
        start = end + 1;
        byte += line.length + 1;
        if (row >= from) yield { row, bytes: line };
        row += 1;
        offsets.passed(row, byte);
      }
      if (start < block.length) rest.push(block.subarray(start));
    }
    if (rest.length > 0 && row >= from) yield { row, bytes: Buffer.concat(rest) };
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
