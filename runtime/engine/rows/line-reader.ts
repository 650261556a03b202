import type { ArtifactRef, ArtifactStore } from '@graft/graph';
import { newline, splitLines, type LineBlock } from './jsonl.ts';

/** Rows, or bytes of long rows, between two remembered places. */
const stride = 64;
const strideBytes = 64 * 1024;
/** Bytes at the end of an artifact that are searched backwards for a row, if reaching the row from the front takes more. */
const tailBytes = 8_000_000;
/** Artifacts whose places are remembered; the least recently used goes first. */
const keptArtifacts = 200;

/** Lines of an artifact; `row` is the number of the first, from 0. */
export interface RowLines extends LineBlock {
  readonly row: number;
}

interface Place {
  readonly row: number;
  readonly byte: number;
}

/**
 * Reads JSON-lines artifacts from any row on. An artifact never changes, so the places of rows that were passed are
 * remembered in memory, from the first row on.
 */
export class LineReader {
  readonly #artifacts: ArtifactStore;
  readonly #places = new Map<string, Place[]>();

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
  }

  /** Blocks of lines, from one at or before row `from`. The store verifies bytes that are read from the first row to the last. */
  async *from(ref: ArtifactRef, from: number, { verify = true } = {}): AsyncGenerator<RowLines> {
    const places = this.#placesOf(ref.digest);
    const passed = lastBefore(places, from);
    const jump = await this.#fromEnd(ref, from, passed);
    let { row, byte } = jump ?? passed;
    const bytes =
      byte === 0 && verify
        ? this.#artifacts.get(ref.digest)
        : this.#artifacts.getFrom(ref.digest, byte);
    for await (const block of splitLines(bytes)) {
      // Places are remembered without a gap, hence none after a jump.
      if (jump === undefined) remember(places, { row, byte }, block);
      yield { row, ...block };
      row += block.starts.length - 1;
      byte += block.bytes.length;
    }
  }

  /** The place of a row near the end of a long artifact, counted backwards; undefined if another way is shorter. */
  async #fromEnd(ref: ArtifactRef, row: number, passed: Place): Promise<Place | undefined> {
    const { size, count = 0 } = ref;
    const perRow = size / Math.max(1, count);
    const length = Math.min(tailBytes, 1.25 * (count - row) * perRow + strideBytes);
    if (row >= count || (row - passed.row) * perRow < tailBytes) return undefined;
    const start = Math.max(0, size - Math.ceil(length));
    const bytes = await this.#bytesFrom(ref.digest, start, size - start);
    // Otherwise the artifact has another size than its reference says.
    if (bytes.length !== size - start || bytes.at(-1) !== newline) return undefined;
    let at = bytes.length;
    for (let left = count - row; left >= 0; left -= 1) {
      if (at <= 0) return undefined;
      at = bytes.lastIndexOf(newline, at - 1);
    }
    return at === -1 ? undefined : { row, byte: start + at + 1 };
  }

  /** The bytes from `start` on; stops after more than `most`, whatever else there is. */
  async #bytesFrom(digest: string, start: number, most: number): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#artifacts.getFrom(digest, start)) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length > most) break;
    }
    return Buffer.concat(chunks);
  }

  #placesOf(digest: string): Place[] {
    const places = this.#places.get(digest) ?? [{ row: 0, byte: 0 }];
    // A map keeps the order of insertion: the first entry is the least recently used.
    this.#places.delete(digest);
    this.#places.set(digest, places);
    const [oldest] = this.#places.keys();
    if (this.#places.size > keptArtifacts && oldest !== undefined) this.#places.delete(oldest);
    return places;
  }
}

/** The last place at or before a row. */
function lastBefore(places: readonly Place[], row: number): Place {
  let [low, high] = [0, places.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((places[middle]?.row ?? Infinity) <= row) low = middle;
    else high = middle - 1;
  }
  return places[low] ?? { row: 0, byte: 0 };
}

/** Appends places of a block's lines that lie beyond those known. */
function remember(places: Place[], first: Place, { starts }: LineBlock): void {
  let last = places.at(-1) ?? first;
  for (let line = 0; line < starts.length; line += 1) {
    const row = first.row + line;
    const byte = first.byte + (starts[line] ?? 0);
    if (row - last.row < stride && (row <= last.row || byte - last.byte < strideBytes)) continue;
    last = { row, byte };
    places.push(last);
  }
}
