import type { Table } from '@lancedb/lancedb';
import { chunkTable, type KeyedChunk } from './chunk-batch.ts';

/** Rows of one write: about 20 MB at 384 dimensions. */
export const rowsPerWrite = 4_096;

/** Adds chunks to a table as they arrive; returns their number. */
export async function writeChunks(
  table: Table,
  chunks: AsyncIterable<KeyedChunk>,
  dimension: number,
): Promise<number> {
  let rows = 0;
  let batch: KeyedChunk[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await table.add(chunkTable(batch, dimension));
    rows += batch.length;
    batch = [];
  };
  for await (const chunk of chunks) {
    batch.push(chunk);
    if (batch.length >= rowsPerWrite) await flush();
  }
  await flush();
  return rows;
}
