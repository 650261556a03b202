import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { decodeVectors } from './vectors.ts';

/** A stream of one batch, as others may write it. */
async function* streamOf(
  texts: readonly string[],
  type: arrow.DataType = new arrow.Utf8(),
): AsyncGenerator<Uint8Array> {
  const list = new arrow.FixedSizeList(1, new arrow.Field('item', new arrow.Float32(), false));
  const table = new arrow.Table({
    row: arrow.vectorFromArray(texts, type),
    vector: arrow.vectorFromArray(
      texts.map((_, at) => [at]),
      list,
    ),
  });
  yield arrow.tableToIPC(table, 'stream');
}

async function sizesOf(bytes: AsyncIterable<Uint8Array>): Promise<number[]> {
  const sizes: number[] = [];
  for await (const rows of decodeVectors(bytes)) sizes.push(rows.length);
  return sizes;
}

describe('a batch that Graft did not write', () => {
  it('is parsed in pieces, where it has many rows', async () => {
    const texts = Array.from({ length: 2500 }, () => '{}');
    expect(await sizesOf(streamOf(texts))).toEqual([1024, 1024, 452]);
  });

  it('is parsed in pieces, where its rows are long', async () => {
    const row = `{"text":"${'a'.repeat(1 << 20)}"}`;
    expect(await sizesOf(streamOf([row, row, '{}']))).toEqual([1, 1, 1]);
  });

  it('has no row that is longer than is parsed, nor one that stands for many', async () => {
    const row = `{}${' '.repeat(64 << 20)}`;
    await expect(sizesOf(streamOf([row]))).rejects.toMatchObject({ code: 'store-damaged' });
    const dictionary = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
    const shared = streamOf(['{}', '{}'], dictionary);
    await expect(sizesOf(shared)).rejects.toMatchObject({ code: 'store-damaged' });
  });
});
