import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError, type ArtifactRef, type ArtifactStore } from '@graft/graph';
import { treeInfoFile } from './artifact-codec.ts';
import { exportArtifact, type ExportFormat } from './export-rows.ts';
import { lineAt, parseRow, parseStored } from './jsonl.ts';
import { LineReader } from './line-reader.ts';
import { orderRows, type RowOrder } from './order-rows.ts';
import { eachRow } from './row-blocks.ts';
import { searchRows, type RowMatches, type RowSearch } from './search-rows.ts';
import {
  portTypeOf,
  readJson,
  rowParser,
  storedBlocks,
  verified,
  verifyWhole,
} from './stored-rows.ts';
import { decodeVectors, withNumbers } from './vectors.ts';

/** A page of an artifact's rows; `total` counts all of them. */
export interface ArtifactPage {
  readonly total: number;
  readonly rows: readonly unknown[];
}

/** Rows between two wanted ones that are passed rather than jumped over. */
const nearby = 64;

/**
 * The rows of artifacts, for people to look at. Rows are checked by their port type; vectors come as number arrays, so
 * that rows can be sent as JSON. Row numbers count from 0.
 */
export class ArtifactRows {
  readonly #artifacts: ArtifactStore;
  readonly #lines: LineReader;

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
    this.#lines = new LineReader(artifacts);
  }

  /** Rows `offset` to `offset + limit`. A JSON value and the `graft.json` of a tree are one row each. */
  async page(ref: ArtifactRef, offset: number, limit: number): Promise<ArtifactPage> {
    const type = portTypeOf(ref);
    const parse = rowParser(ref, type);
    if (type.encoding === 'json') {
      return { total: 1, rows: [parse(await readJson(this.#artifacts, ref))] };
    }
    if (type.encoding === 'tree') {
      const folder = await this.#artifacts.openTree(ref.digest);
      const text = await readFile(join(folder, treeInfoFile), 'utf8');
      return { total: 1, rows: [parse(parseStored(text))] };
    }
    if (limit === 0) return { total: ref.count ?? 0, rows: [] };
    const rows: unknown[] = [];
    for await (const row of this.#rowsFrom(ref, offset)) {
      rows.push(withNumbers(parse(row)));
      if (rows.length >= limit) break;
    }
    return { total: ref.count ?? offset + rows.length, rows };
  }

  /** The rows with these numbers, in this order. Leaves out numbers past the end. */
  async pick(ref: ArtifactRef, numbers: readonly number[]): Promise<readonly unknown[]> {
    const picked = new Map<number, unknown>();
    const type = portTypeOf(ref);
    const parse = rowParser(ref, type);
    // Nothing but a reading from the front leads to a row with a vector.
    const passed = type.encoding === 'vectors' ? Infinity : nearby;
    const waiting = [...new Set(numbers)].sort((a, b) => a - b);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      let number = next;
      for await (const row of this.#rowsFrom(ref, next)) {
        if (number === next) {
          picked.set(number, withNumbers(parse(row)));
          const [after] = waiting;
          if (after === undefined || after - number > passed) break;
          next = waiting.shift();
        }
        number += 1;
      }
    }
    return numbers.flatMap((number) => (picked.has(number) ? [picked.get(number)] : []));
  }

  /** The rows with these ids, in the artifact's order, from one reading up to the last of them. Leaves out unknown ids. */
  async find(ref: ArtifactRef, ids: readonly string[]): Promise<readonly unknown[]> {
    const type = portTypeOf(ref);
    if (type.encoding !== 'jsonl' && type.encoding !== 'vectors') {
      throw new GraphError('bad-input', `Artifacts of type ${ref.mediaType} have no rows.`);
    }
    const wanted = new Set(ids);
    const rows: unknown[] = [];
    const parse = rowParser(ref, type);
    for await (const row of eachRow(storedBlocks(this.#artifacts, ref, type))) {
      if (!wanted.delete(idOf(row))) continue;
      rows.push(withNumbers(parse(row)));
      if (wanted.size === 0) break;
    }
    return rows;
  }

  /** The numbers of all rows in the order of a column. Throws `bad-input` for a column that the type lacks. */
  order(ref: ArtifactRef, order: RowOrder): Promise<readonly number[]> {
    return orderRows(this.#artifacts, ref, order);
  }

  /** The numbers of the rows that contain a text. */
  search(ref: ArtifactRef, search: RowSearch): Promise<RowMatches> {
    return searchRows({ artifacts: this.#artifacts, lines: this.#lines }, ref, search);
  }

  /** All rows in a format for use elsewhere, in blocks. Throws `bad-input` for artifacts without rows. */
  export(ref: ArtifactRef, format: ExportFormat): AsyncIterable<string | Uint8Array> {
    return exportArtifact(this.#artifacts, ref, format);
  }

  /** The stored rows from a number on. Those before are not parsed. */
  async *#rowsFrom(ref: ArtifactRef, from: number): AsyncGenerator<unknown> {
    if (portTypeOf(ref).encoding === 'vectors') {
      const bytes = this.#artifacts.get(ref.digest);
      yield* eachRow(verified(bytes, (verifiable) => decodeVectors(verifiable, from)));
      return;
    }
    for await (const block of this.#lines.from(ref, from)) {
      for (let line = Math.max(0, from - block.row); line < block.starts.length - 1; line += 1) {
        try {
          yield parseRow(lineAt(block, line));
        } catch (error) {
          await verifyWhole(this.#artifacts, ref);
          throw error;
        }
      }
    }
  }
}

const idOf = (row: unknown): string =>
  typeof row === 'object' && row !== null && 'id' in row ? String(row.id) : '';
