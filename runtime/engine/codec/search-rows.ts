import { rowHolds, type ArtifactRef, type ArtifactStore } from '@graft/graph';
import { eachRow } from './rows.ts';
import { decodeVectors } from './vectors.ts';
import { portTypeOf, requireWhole } from './artifact-page.ts';
import { parseRow } from './jsonl.ts';
import type { LineBlock, RowReader } from './row-offsets.ts';
import { textFinders, type TextFinder } from './text-finder.ts';

/** What a search found. */
export interface RowMatches {
  /** Rows that hold the text, from 0, in order. */
  readonly rows: readonly number[];
  /** The row at which it ended: those before it have been looked at. */
  readonly searched: number;
  /** False where it stopped early: too many matches, or no time left. It goes on from `searched`. */
  readonly complete: boolean;
}

export interface RowSearch {
  /** Found in any text or number of a row, whatever the case of its letters. */
  readonly text: string;
  /** The row that it begins at. */
  readonly from?: number;
  /** Matches after which it stops. */
  readonly limit: number;
  /** Milliseconds after which it stops: where it has found some, and where it has found none yet. */
  readonly patience: { readonly some: number; readonly none: number };
  readonly signal?: AbortSignal;
}

interface RowsSource {
  readonly artifacts: ArtifactStore;
  readonly reader: RowReader;
}

/** Some rows that were looked at: those that hold the text, and the row after the last. */
interface Looked {
  readonly found: readonly number[];
  readonly searched: number;
}

/** Searches the rows of an artifact, wherever they are, without holding more than a block of them. */
export async function searchRows(
  source: RowsSource,
  ref: ArtifactRef,
  search: RowSearch,
): Promise<RowMatches> {
  const text = search.text.toLowerCase();
  const from = search.from ?? 0;
  const rows: number[] = [];
  const startedAt = Date.now();
  let searched = from;
  const isVectors = portTypeOf(ref).encoding === 'vectors';
  for await (const looked of isVectors
    ? vectorRows(source.artifacts, ref, { text, from })
    : lines(source, ref, { text, from })) {
    for (const row of looked.found) {
      rows.push(row);
      if (rows.length >= search.limit) return { rows, searched: row + 1, complete: false };
    }
    ({ searched } = looked);
    const patience = rows.length > 0 ? search.patience.some : search.patience.none;
    if (search.signal?.aborted === true || Date.now() - startedAt >= patience) {
      return { rows, searched, complete: false };
    }
    // Other requests of the server get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { rows, searched, complete: true };
}

interface Wanted {
  readonly text: string;
  readonly from: number;
}

/** Vectors looked at in one go. */
const vectorsAtOnce = 512;

async function* vectorRows(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  { text, from }: Wanted,
): AsyncGenerator<Looked> {
  let found: number[] = [];
  let searched = from;
  for await (const value of eachRow(decodeVectors(artifacts.get(ref.digest), from))) {
    if (rowHolds(value, text)) found.push(searched);
    searched += 1;
    if ((searched - from) % vectorsAtOnce !== 0) continue;
    yield { found, searched };
    found = [];
  }
  yield { found, searched };
}

/** Bytes up to which an artifact that is read to its end is verified by it: of more, the digest takes as long as the search. */
const verifiedBytes = 32 << 20;

/** Rows are told apart by their bytes, many at once; only those that may match are decoded and parsed. */
async function* lines(
  { artifacts, reader }: RowsSource,
  ref: ArtifactRef,
  { text, from }: Wanted,
): AsyncGenerator<Looked> {
  const finders = textFinders(text);
  const verify = ref.size <= verifiedBytes;
  for await (const block of reader.blocks(ref, from, { verify })) {
    const holds = (at: number): boolean =>
      block.row + at >= from && rowHolds(parseRow(lineOf(block, at)), text);
    try {
      const found = maybe(block, finders).flatMap((at) => (holds(at) ? [block.row + at] : []));
      // A block may end before the row that is begun at.
      yield { found, searched: Math.max(from, block.row + block.starts.length - 1) };
    } catch (error) {
      await requireWhole(artifacts, ref);
      throw error;
    }
  }
}

function lineOf({ bytes, starts }: LineBlock, at: number): string {
  return bytes.toString('utf8', starts[at], (starts[at + 1] ?? 0) - 1);
}

/** The lines of a block that may hold the text, in order. */
function maybe(block: LineBlock, finders: readonly TextFinder[]): readonly number[] {
  const [found = [], ...others] = finders.map((finder) => linesWith(block, finder));
  if (others.every(({ length }) => length === 0)) return found;
  return [...new Set([...found, ...others.flat()])].sort((a, b) => a - b);
}

function linesWith({ bytes, starts }: LineBlock, find: TextFinder): readonly number[] {
  const found: number[] = [];
  let line = 0;
  for (let at = find(bytes, 0); at !== -1 && at < bytes.length;) {
    while ((starts[line + 1] ?? Infinity) <= at) line += 1;
    found.push(line);
    line += 1;
    at = find(bytes, starts[line] ?? Infinity);
  }
  return found;
}
