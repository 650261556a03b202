import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { GraphError, type BuildIndexRequest, type BuiltIndex } from '@graft/graph';
import { layOutBase } from './base-files.ts';
import { keyed, type KeyedChunk } from './chunk-batch.ts';
import { lanceLibrary, tableName } from './lance-library.ts';
import { indexText, textIndexLanguage } from './text-index.ts';
import { writeChunks } from './write-chunks.ts';

/**
 * Limits of added and removed chunks, relative to the base. Beyond them the search graph would contain many removed
 * chunks, and LanceDB would start to rewrite the table.
 */
const mostChanged = 0.1;

/**
 * Builds an index from an earlier one: adds new chunks with a graph of their own, marks removed ones and indexes the
 * words again. Returns undefined, with an empty folder, if too much has changed or the other index cannot serve as a
 * base.
 */
export async function extendIndex(
  request: BuildIndexRequest,
  previous: string,
): Promise<BuiltIndex | undefined> {
  const { folder } = request;
  const extended = await extendLaidOut(request, previous);
  if (extended !== undefined) return extended;
  for (const name of await readdir(folder)) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
  return undefined;
}

/** A damaged or deleted base must not prevent building an index. */
async function extendLaidOut(
  request: BuildIndexRequest,
  previous: string,
): Promise<BuiltIndex | undefined> {
  let fault: { readonly of: unknown } | undefined;
  const rows = async function* (): ReturnType<BuildIndexRequest['rows']> {
    try {
      yield* request.rows();
    } catch (error) {
      fault = { of: error };
      throw error;
    }
  };
  try {
    if (!(await layOutBase(previous, request.folder))) return undefined;
    return await extend({ ...request, rows });
  } catch (error) {
    if (fault !== undefined) throw fault.of;
    if (error instanceof GraphError) throw error;
    return undefined;
  }
}

async function extend(request: BuildIndexRequest): Promise<BuiltIndex | undefined> {
  const { folder, dimension } = request;
  const database = await lanceLibrary().lancedb.connect(folder);
  const table = await database.openTable(tableName);
  try {
    if ((await widthOf(table)) !== dimension) return undefined;
    const gone = await keysOf(table);
    const base = gone.size;
    const most = base * mostChanged;
    let came = 0;
    const news = async function* (): AsyncGenerator<KeyedChunk> {
      for await (const keyedChunk of keyed(request.rows())) {
        if (gone.delete(keyedChunk.key)) continue;
        came += 1;
        if (came > most) return;
        yield keyedChunk;
      }
    };
    await writeChunks(table, news(), dimension);
    if (came > most || gone.size > most) return undefined;
    if (gone.size > 0) await table.delete(`key IN (${[...gone].map((key) => `'${key}'`).join()})`);
    // No cleanup: the base must stay intact.
    if (came > 0) await table.optimize({ cleanupOlderThan: new Date(0) });
    await indexText(table, textIndexLanguage(request.language));
    const reused = base - gone.size;
    return { rows: reused + came, reused };
  } finally {
    table.close();
    database.close();
  }
}

/** Width of a table's vectors. */
async function widthOf(table: Table): Promise<number | undefined> {
  const { fields } = await table.schema();
  const type: unknown = fields.find(({ name }) => name === 'vector')?.type;
  return type instanceof lanceLibrary().arrow.FixedSizeList ? type.listSize : undefined;
}

/** The keys of all rows. */
async function keysOf(table: Table): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const batch of table.query().select(['key'])) {
    for (const key of batch.getChild('key') ?? []) keys.add(String(key));
  }
  return keys;
}
