import type { Table } from '@lancedb/lancedb';
import { GraphError, type BuildIndexRequest, type EmbeddedChunk } from '@graft/graph';
import { chunkTable, chunkTableSchema } from './chunk-batch.ts';
import { lanceLibrary, tableName } from './lance-library.ts';
import { textIndexLanguage } from './text-language.ts';

/** Rows a write: about 20 MB at 384 dimensions. */
const rowsPerWrite = 4_096;
/** Below, exact search is faster than any index and needs no building. */
const smallestGraph = 2_000;

/** Groups of `ivf`: as many as each has vectors, on average. */
export function groupCount(rows: number): number {
  return Math.round(Math.sqrt(rows));
}

/** The same, and how they are found: from 128 vectors a group, in at most 20 rounds of k-means. */
function groupsOf(rows: number): {
  readonly numPartitions: number;
  readonly sampleRate: number;
  readonly maxIterations: number;
} {
  return { numPartitions: groupCount(rows), sampleRate: 128, maxIterations: 20 };
}

/** Streams the rows into a table with a BM25 index and, but for `flat`, a vector index. */
export async function buildIndex(request: BuildIndexRequest): Promise<{ rows: number }> {
  const { lancedb } = lanceLibrary();
  const language = textIndexLanguage(request.language);
  try {
    const database = await lancedb.connect(request.folder);
    const table = await database.createEmptyTable(tableName, chunkTableSchema(request.dimension));
    const rows = await write(table, request);
    if (rows > 0) {
      // One piece instead of one a write: rows of a hit are read from wherever they are, which took longer than to find them.
      if (rows > rowsPerWrite) await table.optimize({ cleanupOlderThan: new Date() });
      await table.createIndex('text', {
        config: lancedb.Index.fts({
          withPosition: false,
          asciiFolding: true,
          ...(language === undefined
            ? { stem: false, removeStopWords: false }
            : { language, stem: true, removeStopWords: true }),
        }),
      });
    }
    if (request.kind !== 'flat' && rows >= smallestGraph) {
      const config =
        request.kind === 'hnsw'
          ? lancedb.Index.hnswSq({ distanceType: 'cosine' })
          : lancedb.Index.ivfFlat({ distanceType: 'cosine', ...groupsOf(rows) });
      await table.createIndex('vector', { config });
    }
    table.close();
    database.close();
    return { rows };
  } catch (error) {
    if (error instanceof GraphError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (/no space|os error 28|ENOSPC/i.test(message)) {
      throw new GraphError('no-space', `the disk of ${request.folder} is full; free some space`, {
        cause: error,
        audience: 'operator',
      });
    }
    throw error;
  }
}

async function write(table: Table, request: BuildIndexRequest): Promise<number> {
  let rows = 0;
  let batch: EmbeddedChunk[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await table.add(chunkTable(batch, request.dimension));
    rows += batch.length;
    batch = [];
  };
  for await (const row of request.rows) {
    batch.push(row);
    if (batch.length >= rowsPerWrite) await flush();
  }
  await flush();
  return rows;
}
