import { rowHolds, type ArtifactRef, type ArtifactStore } from '@graft/graph';
import { lineAt, parseRow, type LineBlock } from './jsonl.ts';
import type { LineReader } from './line-reader.ts';
import { eachRow } from './row-blocks.ts';
import { rowPattern, type RowPattern } from './row-pattern.ts';
import { portTypeOf, verifyWhole } from './stored-rows.ts';
import { decodeVectors } from './vectors.ts';

/** What a search found. */
export interface RowMatches {
  /** The numbers of rows that contain the text, in order. */
  readonly rows: readonly number[];
  /** The row at which the search ended: it looked at all rows before. */
  readonly searched: number;
  /** False if the search stopped early, for too many matches or too little time. It can continue from `searched`. */
  readonly complete: boolean;
}

export interface RowSearch {
  /** Looked for in each text and number of a row, in any case. */
  readonly text: string;
  /** The row to begin at. */
  readonly from?: number;
  /** Matches after which the search stops. */
  readonly limit: number;
  /** Milliseconds after which the search stops: once it has found some, and while it has found none. */
  readonly patience: { readonly some: number; readonly none: number };
  readonly signal?: AbortSignal;
}

interface RowsSource {
  readonly artifacts: ArtifactStore;
  readonly lines: LineReader;
}

/** Rows that were searched: those that contain the text, and the number of the row after the last. */
interface SearchedRows {
  readonly found: readonly number[];
  readonly searched: number;
}

/** Searches the rows of an artifact, and holds no more than a block of them. */
export async function searchRows(
  source: RowsSource,
  ref: ArtifactRef,
  search: RowSearch,
): Promise<RowMatches> {
  const wanted = { text: search.text.toLowerCase(), from: search.from ?? 0 };
  const rows: number[] = [];
  const startedAt = Date.now();
  let searched = wanted.from;
  const searchBlocks = portTypeOf(ref).encoding === 'vectors' ? searchVectors : searchLines;
  for await (const block of searchBlocks(source, ref, wanted)) {
    for (const row of block.found) {
      rows.push(row);
      if (rows.length >= search.limit) return { rows, searched: row + 1, complete: false };
    }
    ({ searched } = block);
    const patience = rows.length > 0 ? search.patience.some : search.patience.none;
    if (search.signal?.aborted === true || Date.now() - startedAt >= patience) {
      return { rows, searched, complete: false };
    }
    // The server answers other requests.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { rows, searched, complete: true };
}

interface Wanted {
  readonly text: string;
  readonly from: number;
}

/** Rows with vectors that are searched between two pauses. */
const vectorsPerTurn = 512;

async function* searchVectors(
  { artifacts }: RowsSource,
  ref: ArtifactRef,
  { text, from }: Wanted,
): AsyncGenerator<SearchedRows> {
  let found: number[] = [];
  let searched = from;
  for await (const row of eachRow(decodeVectors(artifacts.get(ref.digest), from))) {
    if (rowHolds(row, text)) found.push(searched);
    searched += 1;
    if ((searched - from) % vectorsPerTurn !== 0) continue;
    yield { found, searched };
    found = [];
  }
  yield { found, searched };
}

/** Bytes of the largest artifact that a search verifies: hashing more takes as long as the search. */
const verifiedBytes = 32 << 20;

async function* searchLines(
  { artifacts, lines }: RowsSource,
  ref: ArtifactRef,
  { text, from }: Wanted,
): AsyncGenerator<SearchedRows> {
  const pattern = rowPattern(text);
  const verify = ref.size <= verifiedBytes;
  for await (const block of lines.from(ref, from, { verify })) {
    const found: number[] = [];
    try {
      for (const line of matchingLines(block, pattern)) {
        const row = block.row + line;
        if (row >= from && rowHolds(parseRow(lineAt(block, line)), text)) found.push(row);
      }
    } catch (error) {
      await verifyWhole(artifacts, ref);
      throw error;
    }
    // A block may end before the row to begin at.
    yield { found, searched: Math.max(from, block.row + block.starts.length - 1) };
  }
}

/** Bytes that are searched at once. V8 handles strings of this size several times as fast as those of a whole block. */
const pieceBytes = 32 * 1024;

/** The lines of a block in which a pattern matches. */
function* matchingLines(
  { bytes, starts }: LineBlock,
  { pattern, longest }: RowPattern,
): Generator<number> {
  let line = 0;
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    const piece = bytes.toString('latin1', from, from + pieceBytes + longest);
    const next = (): number => Math.max(0, (starts[line] ?? Infinity) - from);
    pattern.lastIndex = next();
    for (let match = pattern.exec(piece); match !== null; match = pattern.exec(piece)) {
      while ((starts[line + 1] ?? Infinity) <= from + match.index) line += 1;
      if (line >= starts.length - 1) return;
      yield line;
      line += 1;
      pattern.lastIndex = next();
    }
  }
}
