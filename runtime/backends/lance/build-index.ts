import { GraphError, type BuildIndexRequest, type BuiltIndex } from '@graft/graph';
import { noteBase } from './base-files.ts';
import { chunkTableSchema, keyed, type KeyedChunk } from './chunk-batch.ts';
import { extendIndex } from './extend-index.ts';
import { lanceLibrary, tableName } from './lance-library.ts';
import { indexText, textIndexLanguage } from './text-index.ts';
import { rowsPerWrite, writeChunks } from './write-chunks.ts';

/** Below this, exact search is faster than any index and needs no building. */
const smallestGraph = 2_000;

/** Clusters of `ivf`: as many as each has vectors, on average. */
export function groupCount(rows: number): number {
  return Math.round(Math.sqrt(rows));
}

/** How k-means finds them: from 128 vectors a cluster, in at most 20 rounds. */
function groupsOf(rows: number): {
  readonly numPartitions: number;
  readonly sampleRate: number;
  readonly maxIterations: number;
} {
  return { numPartitions: groupCount(rows), sampleRate: 128, maxIterations: 20 };
}

/**
 * Builds an index of chunks with BM25 and, except for `flat`, with vectors: from an earlier index if one is given and
 * little has changed, else from scratch.
 */
export async function buildIndex(request: BuildIndexRequest): Promise<BuiltIndex> {
  try {
    const { kind, previous } = request;
    const extended =
      kind !== 'hnsw' || previous === undefined ? undefined : await extendIndex(request, previous);
    return extended ?? (await buildWhole(request));
  } catch (error) {
    if (error instanceof GraphError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (/no space|os error 28|ENOSPC/i.test(message)) {
      throw new GraphError(
        'no-space',
        'The disk of the results has no room for the index. Free some space, for instance with "graft cache gc --max-size", then run again.',
        { cause: error, audience: 'operator' },
      );
    }
    throw error;
  }
}

async function buildWhole(request: BuildIndexRequest): Promise<BuiltIndex> {
  const { folder, dimension, kind } = request;
  const { lancedb } = lanceLibrary();
  const language = textIndexLanguage(request.language);
  const database = await lancedb.connect(folder);
  const table = await database.createEmptyTable(tableName, chunkTableSchema(dimension));
  const chunks = kind === 'hnsw' ? keyed(request.rows()) : unnamed(request.rows());
  const rows = await writeChunks(table, chunks, dimension);
  // Compacts to one fragment: reading the rows of hits from many fragments took longer than finding them.
  if (rows > rowsPerWrite) await table.optimize({ cleanupOlderThan: new Date() });
  if (kind !== 'flat' && rows >= smallestGraph) {
    const config =
      kind === 'hnsw'
        ? lancedb.Index.hnswSq({ distanceType: 'cosine' })
        : lancedb.Index.ivfFlat({ distanceType: 'cosine', ...groupsOf(rows) });
    await table.createIndex('vector', { config });
    if (kind === 'hnsw') await noteBase(folder);
  }
  if (rows > 0) await indexText(table, language);
  table.close();
  database.close();
  return { rows, reused: 0 };
}

/** Chunks of an index that no other index will build on. */
async function* unnamed(chunks: AsyncIterable<KeyedChunk['chunk']>): AsyncGenerator<KeyedChunk> {
  for await (const chunk of chunks) yield { key: '', chunk };
}
