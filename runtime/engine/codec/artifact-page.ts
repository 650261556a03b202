import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GraphError,
  portTypes,
  type ArtifactRef,
  type ArtifactStore,
  type PortType,
} from '@graft/graph';
import { readJson, storedBlocks, treeInfoFile } from './artifact-codec.ts';
import { parseRow } from './jsonl.ts';
import { parseStored } from './rows.ts';
import { RowReader } from './row-offsets.ts';
import { rowReader } from './row-reader.ts';
import { eachRow, verified } from './rows.ts';
import { decodeVectors } from './vectors.ts';

/** A page of an artifact's rows; `total` counts all of them. */
export interface RowsPage {
  readonly total: number;
  readonly rows: readonly unknown[];
}

/**
 * Rows `offset` to `offset + limit` of an artifact, checked by its port type. A JSON value and a tree's
 * `graft.json` are one row each. Vectors come as number arrays, so that a page can be sent as JSON.
 */
export async function readPage(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  range: {
    readonly offset: number;
    readonly limit: number;
    /** Remembers where rows are; without it every page is read from the first row. */
    readonly reader?: RowReader;
  },
): Promise<RowsPage> {
  const type = portTypeOf(ref);
  if (type.encoding === 'json') return single(ref, type, await readJson(artifacts, ref));
  if (type.encoding === 'tree') {
    const path = await artifacts.openTree(ref.digest);
    return single(ref, type, parseStored(await readFile(join(path, treeInfoFile), 'utf8')));
  }
  if (range.limit === 0) return { total: ref.count ?? 0, rows: [] };
  const rows: unknown[] = [];
  const current = rowReader(ref, type);
  for await (const row of rowsFrom(artifacts, ref, range)) {
    rows.push(plain(current(row)));
    if (rows.length >= range.limit) break;
  }
  return { total: ref.count ?? range.offset + rows.length, rows };
}

/** Rows between two wanted ones that are rather passed over than gone around. */
const nearby = 500;

/** The rows with these numbers, from 0, as a page holds them. Numbers past the end are left out. */
export async function pickRows(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  wanted: { readonly numbers: readonly number[]; readonly reader: RowReader },
): Promise<readonly unknown[]> {
  const picked = new Map<number, unknown>();
  const current = rowReader(ref, portTypeOf(ref));
  const waiting = [...new Set(wanted.numbers)].sort((a, b) => a - b);
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    let row = next;
    for await (const value of rowsFrom(artifacts, ref, { offset: next, reader: wanted.reader })) {
      if (row === next) {
        picked.set(row, plain(current(value)));
        if ((waiting[0] ?? Infinity) - row > nearby) break;
        next = waiting.shift();
      }
      row += 1;
    }
  }
  return wanted.numbers.flatMap((number) => (picked.has(number) ? [picked.get(number)] : []));
}

/** Rows from `offset` on; what comes before is passed over without being parsed. */
async function* rowsFrom(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  { offset, reader }: { readonly offset: number; readonly reader?: RowReader },
): AsyncGenerator<unknown> {
  if (portTypeOf(ref).encoding === 'vectors') {
    yield* eachRow(verified(artifacts.get(ref.digest), (bytes) => decodeVectors(bytes, offset)));
    return;
  }
  for await (const { bytes } of (reader ?? new RowReader(artifacts)).lines(ref, offset)) {
    try {
      yield parseRow(Buffer.from(bytes).toString('utf8'));
    } catch (error) {
      await requireWhole(artifacts, ref);
      throw error;
    }
  }
}

/** What cannot be read may be damaged: reading all of it throws `store-damaged` then, and takes it out of the store. */
export async function requireWhole(artifacts: ArtifactStore, ref: ArtifactRef): Promise<void> {
  for await (const _ of artifacts.get(ref.digest));
}

/** The rows with these ids, in the artifact's order; reading stops at the last of them. Ids it has not are left out. */
export async function findRows(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  ids: readonly string[],
): Promise<unknown[]> {
  const type = portTypeOf(ref);
  if (type.encoding !== 'jsonl' && type.encoding !== 'vectors') {
    throw new GraphError('bad-input', `Artifacts of type ${ref.mediaType} have no rows.`);
  }
  const wanted = new Set(ids);
  const rows: unknown[] = [];
  const current = rowReader(ref, type);
  for await (const row of eachRow(storedBlocks(artifacts, ref, type))) {
    if (!wanted.delete(idOf(row))) continue;
    rows.push(plain(current(row)));
    if (wanted.size === 0) break;
  }
  return rows;
}

const idOf = (row: unknown): string =>
  typeof row === 'object' && row !== null && 'id' in row ? String(row.id) : '';

const single = (ref: ArtifactRef, type: PortType, value: unknown): RowsPage => ({
  total: 1,
  rows: [rowReader(ref, type)(value)],
});

/** The port type that wrote an artifact. Throws `bad-input` for what no port type wrote. */
export function portTypeOf(ref: ArtifactRef): PortType {
  const type = Object.values(portTypes).find(({ mediaType }) => mediaType === ref.mediaType);
  if (type !== undefined) return type;
  throw new GraphError('bad-input', `Graft cannot show artifacts of type ${ref.mediaType}.`);
}

function plain(row: unknown): unknown {
  if (typeof row !== 'object' || row === null || !('vector' in row)) return row;
  return row.vector instanceof Float32Array ? { ...row, vector: Array.from(row.vector) } : row;
}
