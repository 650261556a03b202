import type { Schema, Table } from 'apache-arrow';
import {
  chunkSchema,
  GraphError,
  searchedText,
  type Chunk,
  type EmbeddedChunk,
} from '@graft/graph';
import { lanceLibrary } from './lance-library.ts';
import { createHash } from 'node:crypto';

/** Form of a metadata value in the `facts` column and in filters. */
export function factOf(key: string, value: string | number | boolean | null): string {
  return JSON.stringify([key, String(value)]);
}

/**
 * Columns of an index: those to search and filter, the rest of the chunk as JSON in `row`, and in `key` its name, if
 * other indexes may build on this one.
 */
export function chunkTableSchema(dimension: number): Schema {
  const { Field, FixedSizeList, Float32, List, Schema, Utf8 } = lanceLibrary().arrow;
  return new Schema([
    new Field('id', new Utf8(), false),
    new Field('text', new Utf8(), false),
    new Field('path', new Utf8(), false),
    new Field('facts', new List(new Field('item', new Utf8(), true)), false),
    new Field('row', new Utf8(), false),
    new Field('key', new Utf8(), false),
    new Field(
      'vector',
      new FixedSizeList(dimension, new Field('item', new Float32(), true)),
      false,
    ),
  ]);
}

/** Columns of a batch of chunks; copies the vectors once, into one column. */
export function chunkTable(rows: readonly KeyedChunk[], dimension: number): Table {
  const { arrow } = lanceLibrary();
  const schema = chunkTableSchema(dimension);
  const list = new arrow.List(new arrow.Field('item', new arrow.Utf8(), true));
  const vectorType = new arrow.FixedSizeList(
    dimension,
    new arrow.Field('item', new arrow.Float32(), true),
  );
  const vectors = new Float32Array(rows.length * dimension);
  rows.forEach(({ chunk }, index) => {
    if (chunk.vector.length !== dimension) {
      throw new GraphError(
        'bad-input',
        `the vector of chunk "${chunk.id}" is ${chunk.vector.length} wide, the index ${dimension}; ` +
          'embed all chunks with one embedder',
      );
    }
    vectors.set(chunk.vector, index * dimension);
  });
  const text = (value: (row: KeyedChunk) => string) =>
    arrow.vectorFromArray(rows.map(value), new arrow.Utf8());
  return new arrow.Table(schema, {
    id: text(({ chunk }) => chunk.id),
    text: text(({ chunk }) => searchedText(chunk)),
    path: text(({ chunk }) => chunk.source.path),
    facts: arrow.vectorFromArray(
      rows.map(({ chunk }) =>
        Object.entries(chunk.metadata).map(([key, value]) => factOf(key, value)),
      ),
      list,
    ),
    row: text(({ chunk: { headings, context, source, metadata } }) =>
      JSON.stringify({ headings, context, source, metadata }),
    ),
    key: text(({ key }) => key),
    vector: arrow.makeVector(
      arrow.makeData({
        type: vectorType,
        length: rows.length,
        nullCount: 0,
        child: arrow.makeData({ type: new arrow.Float32(), data: vectors }),
      }),
    ),
  });
}

/** The stored chunk; `searched` has its context in front. */
export function chunkOfRow(id: string, searched: string, row: string): Chunk {
  const rest: unknown = JSON.parse(row);
  const chunk = chunkSchema.parse({
    id,
    text: searched,
    ...(typeof rest === 'object' ? rest : {}),
  });
  const before = searchedText({ ...chunk, text: '' }).length;
  return before === 0 ? chunk : { ...chunk, text: searched.slice(before) };
}

/** A chunk with a key that is unique in its index. */
export interface KeyedChunk {
  readonly key: string;
  readonly chunk: EmbeddedChunk;
}

/** Characters of a key: 144 bits in base64. */
const keyLength = 24;

/**
 * Names chunks by everything that an index stores of them, vectors included, so that equal keys mean equal chunks
 * across indexes. Equal chunks get separate keys.
 */
export async function* keyed(chunks: AsyncIterable<EmbeddedChunk>): AsyncGenerator<KeyedChunk> {
  const repeated = new Map<string, number>();
  for await (const chunk of chunks) {
    let key = keyOf(chunk, 0);
    const before = repeated.get(key);
    repeated.set(key, (before ?? 0) + 1);
    if (before !== undefined) key = keyOf(chunk, before);
    yield { key, chunk };
  }
}

function keyOf({ vector, ...rest }: EmbeddedChunk, copy: number): string {
  const { buffer, byteOffset, byteLength } = vector;
  return createHash('sha256')
    .update(`${copy} ${JSON.stringify(rest)}`)
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('base64')
    .slice(0, keyLength);
}
