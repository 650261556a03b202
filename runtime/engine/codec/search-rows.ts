import { rowHolds, type ArtifactRef, type ArtifactStore } from '@graft/graph';
import { eachRow } from './rows.ts';
import { decodeVectors } from './vectors.ts';
import { portTypeOf } from './artifact-page.ts';
import { parseRow } from './jsonl.ts';
import type { RowReader } from './row-offsets.ts';

/** What a search found. */
export interface RowMatches {
  /** Rows that hold the text, from 0, in order. */
  readonly rows: readonly number[];
  /** Rows that were looked at. */
  readonly searched: number;
  /** False where it stopped early: too many matches, or no time left. */
  readonly complete: boolean;
}

export interface RowSearch {
  /** Found in any text or number of a row, whatever the case of its letters. */
  readonly text: string;
  /** Matches after which it stops. */
  readonly limit: number;
  /** Milliseconds after which it stops. */
  readonly patience: number;
  readonly signal?: AbortSignal;
}

/** Rows looked at between two looks at the clock. */
const lookEvery = 512;

/** Searches all rows of an artifact, wherever they are, without holding more than one. */
export async function searchRows(
  source: { readonly artifacts: ArtifactStore; readonly reader: RowReader },
  ref: ArtifactRef,
  search: RowSearch,
): Promise<RowMatches> {
  const text = search.text.toLowerCase();
  const found: number[] = [];
  const deadline = Date.now() + search.patience;
  let searched = 0;
  for await (const { row, matches } of looked(source, ref, text)) {
    searched = row + 1;
    if (matches) found.push(row);
    if (found.length >= search.limit) return { rows: found, searched, complete: false };
    if (row % lookEvery !== 0) continue;
    if (search.signal?.aborted === true || Date.now() > deadline) {
      return { rows: found, searched, complete: false };
    }
    // Other requests of the server get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { rows: found, searched, complete: true };
}

async function* looked(
  { artifacts, reader }: { readonly artifacts: ArtifactStore; readonly reader: RowReader },
  ref: ArtifactRef,
  text: string,
): AsyncGenerator<{ readonly row: number; readonly matches: boolean }> {
  if (portTypeOf(ref).encoding === 'vectors') {
    let row = 0;
    for await (const value of eachRow(decodeVectors(artifacts.get(ref.digest)))) {
      yield { row: row++, matches: rowHolds(value, text) };
    }
    return;
  }
  // Most rows are told apart by their bytes alone; only those that may match are parsed.
  const written = JSON.stringify(text).slice(1, -1);
  for await (const { row, bytes } of reader.lines(ref, 0)) {
    const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const maybe = line.toLowerCase().includes(written);
    yield { row, matches: maybe && rowHolds(parseRow(line), text) };
  }
}
