import { GraphError, type PortType } from '@graft/graph';
import { parseRow } from './jsonl.ts';
import { type Blocks, checkRow } from './row-blocks.ts';

/**
 * Rows with one float32 vector each, as an Arrow IPC stream of two columns: `row`, the row without its vector
 * as JSON, and `vector`, a FixedSizeList of float32. https://arrow.apache.org/docs/format/Columnar.html
 */
const batchRows = 1024;
/** Most characters of rows that are parsed at once, and of one row: other programs write such files too. */
const largestPiece = 1024 * 1024;
const longestRow = 64 * 1024 * 1024;
/** An end-of-stream marker: continuation 0xFFFFFFFF and length 0. */
const endLength = 8;

function isVectorRow(row: unknown): row is { readonly vector: Float32Array } {
  return (
    typeof row === 'object' && row !== null && 'vector' in row && row.vector instanceof Float32Array
  );
}

/** The row with its vector as an array of numbers, which JSON can hold. */
export function withNumbers(row: unknown): unknown {
  return isVectorRow(row) ? { ...row, vector: Array.from(row.vector) } : row;
}

// Loaded when first needed: a command that touches no vectors starts without it.
const loadArrow = (): Promise<typeof import('apache-arrow')> => import('apache-arrow');

/** Encodes rows in record batches of 1,024. Calls `counted` with the number of rows and the dimension at the end. */
export async function* encodeVectors(
  type: PortType,
  blocks: Blocks,
  counted: (count: number, dimension: number) => void,
): AsyncIterable<Uint8Array> {
  const arrow = await loadArrow();
  let count = 0;
  let writer: BatchWriter | undefined;
  let texts: string[] = [];
  let vectors: Float32Array[] = [];
  for await (const block of blocks) {
    for (const given of block) {
      const row = checkRow(type, given, count);
      if (!isVectorRow(row)) throw withoutVector(type, count);
      const { vector, ...rest } = row;
      writer ??= new BatchWriter(arrow, vector.length);
      if (vector.length !== writer.dimension) throw unevenWidth(count, vector.length, writer);
      count += 1;
      texts.push(JSON.stringify(rest));
      vectors.push(vector);
      if (texts.length < batchRows) continue;
      yield writer.encode(texts, vectors);
      texts = [];
      vectors = [];
    }
  }
  // Some readers refuse a list of width 0, so an output without rows has width 1.
  writer ??= new BatchWriter(arrow, 1);
  yield writer.encode(texts, vectors);
  yield writer.end();
  counted(count, count === 0 ? 0 : writer.dimension);
}

function withoutVector({ id }: PortType, row: number): GraphError {
  return new GraphError('internal', `Row ${String(row + 1)} of ${id} has no vector.`, {
    audience: 'developer',
  });
}

function unevenWidth(row: number, width: number, writer: BatchWriter): GraphError {
  return new GraphError(
    'internal',
    `Row ${String(row + 1)} has a vector of ${String(width)} numbers, but earlier rows have ${String(writer.dimension)}.`,
    { audience: 'developer' },
  );
}

/**
 * Encodes batch by batch, so that memory stays bounded: Arrow's own writer takes in all of its input before the
 * first byte can be read. Each batch is written as a stream of its own, whose schema and end are cut off.
 */
class BatchWriter {
  readonly dimension: number;
  readonly #arrow: typeof import('apache-arrow');
  readonly #head: Uint8Array;
  readonly #end: Uint8Array;
  #started = false;

  constructor(arrow: typeof import('apache-arrow'), dimension: number) {
    this.#arrow = arrow;
    this.dimension = dimension;
    const empty = arrow.tableToIPC(new arrow.Table(this.#schema()), 'stream');
    this.#head = empty.subarray(0, empty.length - endLength);
    this.#end = empty.subarray(empty.length - endLength);
  }

  #schema() {
    const { Field, FixedSizeList, Float32, Schema, Utf8 } = this.#arrow;
    const item = new Field('item', new Float32(), false);
    return new Schema([
      new Field('row', new Utf8(), false),
      new Field('vector', new FixedSizeList(this.dimension, item), false),
    ]);
  }

  encode(texts: readonly string[], vectors: readonly Float32Array[]): Uint8Array {
    const { RecordBatch, RecordBatchStreamWriter, Struct, makeData } = this.#arrow;
    const head = this.#started ? new Uint8Array() : this.#head;
    this.#started = true;
    if (texts.length === 0) return head;
    const schema = this.#schema();
    const [row, vector] = schema.fields;
    if (row === undefined || vector === undefined) return head;
    const length = texts.length;
    const batch = new RecordBatch(
      schema,
      makeData({
        type: new Struct(schema.fields),
        length,
        children: [this.#texts(texts), this.#vectors(vectors)],
      }),
    );
    const bytes = RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true);
    const body = bytes.subarray(this.#head.length, bytes.length - endLength);
    return head.length === 0 ? body : Buffer.concat([head, body]);
  }

  end(): Uint8Array {
    return this.#end;
  }

  #texts(texts: readonly string[]) {
    const { Utf8, makeData } = this.#arrow;
    const valueOffsets = new Int32Array(texts.length + 1);
    texts.forEach((text, i) => {
      valueOffsets[i + 1] = (valueOffsets[i] ?? 0) + Buffer.byteLength(text);
    });
    const data = Buffer.from(texts.join(''));
    return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data });
  }

  #vectors(vectors: readonly Float32Array[]) {
    const { Field, FixedSizeList, Float32, makeData } = this.#arrow;
    const data = new Float32Array(vectors.length * this.dimension);
    vectors.forEach((vector, i) => {
      data.set(vector, i * this.dimension);
    });
    const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
    const type = new FixedSizeList(this.dimension, new Field('item', new Float32(), false));
    return makeData({ type, length: vectors.length, nullCount: 0, child });
  }
}

/**
 * The rows of an Arrow artifact after the first `skip`, at most a batch of ours at a time. Each vector is a view into its
 * batch, not a copy.
 */
export async function* decodeVectors(
  bytes: AsyncIterable<Uint8Array>,
  skip = 0,
): AsyncIterable<object[]> {
  const arrow = await loadArrow();
  const reader = await arrow.RecordBatchReader.from(bytes);
  let passed = 0;
  for await (const batch of reader) {
    const first = Math.max(0, skip - passed);
    passed += batch.numRows;
    if (first >= batch.numRows) continue;
    const texts = batch.getChild('row');
    const lists = batch.getChild('vector')?.data[0];
    const values: unknown = lists?.children[0]?.values;
    const isList = lists !== undefined && arrow.DataType.isFixedSizeList(lists.type);
    // A dictionary could repeat one long row many times.
    const isPlain = texts !== null && arrow.DataType.isUtf8(texts.type);
    if (!isPlain || !isList || !(values instanceof Float32Array)) {
      throw new GraphError('store-damaged', 'The stored result has no rows with vectors.', {
        audience: 'operator',
      });
    }
    // The buffer may be padded, so its length does not tell the width.
    const width = lists.type.listSize;
    let rows: object[] = [];
    let length = 0;
    for (let i = first; i < batch.numRows; i++) {
      const text = String(texts.get(i));
      if (text.length > longestRow) throw tooLong();
      const vector = values.subarray(i * width, (i + 1) * width);
      rows.push(Object.assign(parseRow(text), { vector }));
      length += text.length;
      if (rows.length < batchRows && length < largestPiece) continue;
      yield rows;
      rows = [];
      length = 0;
    }
    if (rows.length > 0) yield rows;
  }
}

const tooLong = (): GraphError =>
  new GraphError('store-damaged', 'A row of the stored result is too long. Run the step again.', {
    audience: 'operator',
  });
