import type { Field, RecordBatch, Schema, Vector } from 'apache-arrow';
import { flatRow, type Cell, type Rows } from './flat-row.ts';

type Arrow = typeof import('apache-arrow');

// Loaded when first needed.
const loadArrow = (): Promise<Arrow> => import('apache-arrow');

/** Most rows of a record batch, and characters of their texts: long texts make smaller batches. */
const most = { rows: 1_024, characters: 4_000_000 };
const mostInt32 = 2 ** 31 - 1;

type Kind = 'boolean' | 'integer' | 'number' | 'string';

function kindOf(cell: Cell): Kind {
  if (typeof cell !== 'number') return typeof cell === 'boolean' ? 'boolean' : 'string';
  return Number.isInteger(cell) && Math.abs(cell) <= mostInt32 ? 'integer' : 'number';
}

/** The kind that holds values of both kinds: text holds any. */
function wider(known: Kind | undefined, kind: Kind): Kind {
  if (known === undefined || known === kind) return kind;
  const areNumbers = [known, kind].every((each) => each === 'integer' || each === 'number');
  return areNumbers ? 'number' : 'string';
}

interface Columns {
  readonly kinds: ReadonlyMap<string, Kind>;
  /** The width of the vectors; undefined if rows have none, or different widths. */
  readonly dimension: number | undefined;
}

const vectorOf = (row: unknown): Float32Array | undefined =>
  typeof row === 'object' && row !== null && 'vector' in row && row.vector instanceof Float32Array
    ? row.vector
    : undefined;

/** A row, and its cells. */
interface Cells {
  readonly row: unknown;
  readonly cells: ReadonlyMap<string, Cell>;
}

function charactersOf({ cells }: Cells): number {
  let sum = 0;
  for (const cell of cells.values()) if (typeof cell === 'string') sum += cell.length;
  return sum;
}

/** Reads all rows for their columns: only all of them together tell these. */
async function columnsOf(rows: Rows): Promise<Columns> {
  const kinds = new Map<string, Kind>();
  const dimensions = new Set<number | undefined>();
  for await (const row of rows()) {
    dimensions.add(vectorOf(row)?.length);
    for (const [name, cell] of flatRow(row)) kinds.set(name, wider(kinds.get(name), kindOf(cell)));
  }
  const [dimension] = dimensions.size === 1 ? dimensions : [];
  return { kinds, dimension };
}

class Batches {
  readonly #arrow: Arrow;
  readonly #columns: Columns;
  readonly #schema: Schema;

  constructor(arrow: Arrow, columns: Columns) {
    this.#arrow = arrow;
    this.#columns = columns;
    const { Bool, Field, FixedSizeList, Float32, Float64, Int32, Schema, Utf8 } = arrow;
    const types = {
      boolean: new Bool(),
      integer: new Int32(),
      number: new Float64(),
      string: new Utf8(),
    };
    const fields: Field[] = [...columns.kinds].map(
      ([name, kind]) => new Field(name, types[kind], true),
    );
    const { dimension } = columns;
    if (dimension !== undefined) {
      const list = new FixedSizeList(dimension, new Field('item', new Float32(), false));
      fields.push(new Field('vector', list, false));
    }
    this.#schema = new Schema(fields);
  }

  of(rows: readonly Cells[]): RecordBatch {
    const { makeData, RecordBatch, Struct } = this.#arrow;
    const children = this.#schema.fields.map((field) => {
      const kind = this.#columns.kinds.get(field.name);
      if (kind === undefined) return this.#vectors(field, rows);
      const values = rows.map(({ cells }) => {
        const cell = cells.get(field.name) ?? null;
        return kind === 'string' && cell !== null ? String(cell) : cell;
      });
      const column: Vector = this.#arrow.vectorFromArray(values, field.type);
      return column.data[0] ?? makeData({ type: field.type });
    });
    const type = new Struct(this.#schema.fields);
    return new RecordBatch(
      this.#schema,
      makeData({ type, length: rows.length, nullCount: 0, children }),
    );
  }

  #vectors({ type }: Field, rows: readonly Cells[]) {
    const { Float32, makeData } = this.#arrow;
    const width = this.#columns.dimension ?? 0;
    const data = new Float32Array(rows.length * width);
    rows.forEach(({ row }, at) => data.set(vectorOf(row) ?? [], at * width));
    const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
    return makeData({ type, length: rows.length, nullCount: 0, child });
  }
}

/**
 * Rows as an Arrow IPC file (Feather, version 2), a batch at a time. Numbers and truth values keep their type; the vector of
 * an embedding is a list of float32. https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
 */
export async function* exportArrow(rows: Rows): AsyncGenerator<Uint8Array> {
  const arrow = await loadArrow();
  const batches = new Batches(arrow, await columnsOf(rows));
  const writer = new arrow.RecordBatchFileWriter();
  const written = writer[Symbol.asyncIterator]();
  let next = written.next();
  /** The bytes written so far: the writer itself waits until it has all. */
  async function* writtenBytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const rested = new Promise<undefined>((resolve) => setImmediate(resolve, undefined));
      const block = await Promise.race([next, rested]);
      if (block === undefined || block.done === true) return;
      yield block.value;
      next = written.next();
    }
  }
  let waiting: Cells[] = [];
  let characters = 0;
  for await (const row of rows()) {
    const held = { row, cells: flatRow(row) };
    waiting.push(held);
    characters += charactersOf(held);
    if (waiting.length < most.rows && characters < most.characters) continue;
    writer.write(batches.of(waiting));
    waiting = [];
    characters = 0;
    yield* writtenBytes();
  }
  // Also without rows: the file names the columns.
  writer.write(batches.of(waiting));
  writer.finish();
  yield* writtenBytes();
}
