import { rowHolds, type ArtifactRef, type ArtifactStore } from '@graft/graph';
import { eachRow } from './rows.ts';
import { decodeVectors } from './vectors.ts';
import { portTypeOf } from './artifact-page.ts';
import { parseRow } from './jsonl.ts';
import type { LineBlock, RowReader } from './row-offsets.ts';

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
  /** Milliseconds after which it stops. */
  readonly patience: number;
  readonly signal?: AbortSignal;
}

/** Some rows that were looked at: those that hold the text, and the row after the last. */
interface Looked {
  readonly found: readonly number[];
  readonly searched: number;
}

/** Searches the rows of an artifact, wherever they are, without holding more than a block of them. */
export async function searchRows(
  source: { readonly artifacts: ArtifactStore; readonly reader: RowReader },
  ref: ArtifactRef,
  search: RowSearch,
): Promise<RowMatches> {
  const text = search.text.toLowerCase();
  const from = search.from ?? 0;
  const rows: number[] = [];
  const deadline = Date.now() + search.patience;
  let searched = from;
  const isVectors = portTypeOf(ref).encoding === 'vectors';
  for await (const looked of isVectors
    ? vectorRows(source.artifacts, ref, { text, from })
    : lines(source.reader, ref, { text, from })) {
    for (const row of looked.found) {
      rows.push(row);
      if (rows.length >= search.limit) return { rows, searched: row + 1, complete: false };
    }
    ({ searched } = looked);
    if (search.signal?.aborted === true || Date.now() > deadline) {
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

/** The longest part of a text whose letters have one byte each in every case that they are written in. */
function plainPart(text: string): string {
  const parts = text.match(/[\x20-\x7e]+/g) ?? [];
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

/**
 * Most lines are told apart by their bytes alone, many at once: the letters that have one byte are compared as bytes in
 * small letters, whatever stands between them. Only lines that may match are decoded and parsed.
 */
async function* lines(
  reader: RowReader,
  ref: ArtifactRef,
  { text, from }: Wanted,
): AsyncGenerator<Looked> {
  const bytes = plainPart(JSON.stringify(text).slice(1, -1));
  for await (const block of reader.blocks(ref, from)) {
    const holds = (at: number): boolean =>
      block.row + at >= from && rowHolds(parseRow(lineOf(block, at)), text);
    const found = maybe(block, bytes).flatMap((at) => (holds(at) ? [block.row + at] : []));
    yield { found, searched: block.row + block.starts.length - 1 };
  }
}

function lineOf({ bytes, starts }: LineBlock, at: number): string {
  return bytes.toString('utf8', starts[at], (starts[at + 1] ?? 0) - 1);
}

/** The lines of a block in which these bytes stand, in order; all where there are none. */
function maybe({ bytes, starts }: LineBlock, wanted: string): number[] {
  const all = starts.length - 1;
  if (wanted === '') return Array.from({ length: all }, (_, at) => at);
  const text = bytes.toString('latin1').toLowerCase();
  const found: number[] = [];
  let line = 0;
  for (let at = text.indexOf(wanted); at !== -1;) {
    while ((starts[line + 1] ?? Infinity) <= at) line += 1;
    found.push(line);
    line += 1;
    const next = starts[line];
    at = next === undefined ? -1 : text.indexOf(wanted, next);
  }
  return found;
}
