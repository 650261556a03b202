import type { Table, VectorQuery, Query } from '@lancedb/lancedb';
import { z } from 'zod';
import {
  GraphError,
  type Hit,
  type IndexInfo,
  type SearchIndex,
  type SearchRequest,
  globPattern,
} from '@graft/graph';
import { groupCount } from './build-index.ts';
import { chunkOfRow, factOf } from './chunk-batch.ts';
import { lanceLibrary, tableName } from './lance-library.ts';

/** More than requested, so that ids, not chance, order equal scores at the cut. */
const tieMargin = 16;

const rowSchema = z.object({
  id: z.string(),
  text: z.string(),
  row: z.string(),
  _distance: z.number().optional(),
  _score: z.number().optional(),
});

type Row = z.infer<typeof rowSchema>;

/** A candidate. Most are dropped, so their chunks are read only afterwards. */
interface Scored {
  readonly row: Row;
  readonly score: number;
}

/** Opens a folder that `buildIndex` wrote; it may be read-only. */
export async function openIndex(folder: string, info: IndexInfo): Promise<LanceIndex> {
  const { lancedb } = lanceLibrary();
  try {
    const database = await lancedb.connect(folder);
    const table = await database.openTable(tableName);
    const indices = await table.listIndices();
    const found = indices.find((index) => index.columns.includes('vector'))?.indexType;
    const search = found === undefined ? 'exact' : /hnsw/i.test(found) ? 'graph' : 'groups';
    return new LanceIndex(table, info, search);
  } catch (cause) {
    throw new GraphError(
      'store-damaged',
      `Graft cannot open the index in ${folder}; build it again`,
      {
        cause,
      },
    );
  }
}

/** How to search the vectors of an index. */
type VectorSearch = 'exact' | 'groups' | 'graph';

/** Minimal number of clusters to compare, nearest first. */
const fewestGroups = 10;

export class LanceIndex implements SearchIndex {
  readonly info: IndexInfo;
  readonly #table: Table;
  readonly #kind: VectorSearch;

  constructor(table: Table, info: IndexInfo, kind: VectorSearch) {
    this.#table = table;
    this.info = info;
    this.#kind = kind;
  }

  async search(request: SearchRequest, signal: AbortSignal): Promise<Hit[]> {
    if (signal.aborted) throw new GraphError('cancelled', 'cancelled');
    const where = filterSql(request.filter);
    const wanted = request.mode === 'hybrid' ? Math.max(request.candidates, request.k) : request.k;
    if (wanted <= 0 || this.info.rows === 0) return [];
    const [dense, bm25] = await Promise.all([
      request.mode === 'bm25' ? [] : this.#dense(request, wanted, where),
      request.mode === 'dense' ? [] : this.#bm25(request.text, wanted, where),
    ]);
    if (signal.aborted) throw new GraphError('cancelled', 'cancelled');
    if (request.mode === 'hybrid') return fuse({ dense, bm25 }, request);
    const mode = request.mode;
    return (mode === 'dense' ? dense : bm25).slice(0, request.k).map(({ row, score }, index) => ({
      rank: index + 1,
      score,
      scores: { [mode]: score },
      chunk: chunkOfRow(row.id, row.text, row.row),
    }));
  }

  [Symbol.dispose](): void {
    this.#table.close();
  }

  async #dense(
    request: SearchRequest,
    wanted: number,
    where: string | undefined,
  ): Promise<Scored[]> {
    const { vector } = request;
    if (vector === undefined || vector.length !== this.info.dimension) {
      throw new GraphError(
        'facet-mismatch',
        `the index holds vectors ${this.info.dimension} wide of "${this.info.embedder}", the question's ` +
          `vector is ${vector?.length ?? 0} wide; embed questions with the same model`,
      );
    }
    const nearest = (): VectorQuery => this.#table.query().nearestTo(vector).distanceType('cosine');
    let rows = await this.#rows(this.#limited(nearest(), wanted), wanted, where);
    if (this.#kind === 'groups' && rows.length < Math.min(wanted, this.info.rows)) {
      // If those hold too few vectors, as with a narrow filter. 0 is no limit.
      rows = await this.#rows(nearest().maximumNprobes(0).refineFactor(1), wanted, where);
    }
    return ranked(
      rows.map((row) => ({ row, score: 1 - (row._distance ?? 1) })),
      wanted,
    );
  }

  /** Compares only a part of the vectors, if the index supports it. */
  #limited(query: VectorQuery, wanted: number): VectorQuery {
    // The graph finds candidates by quantised vectors; their exact distances decide.
    if (this.#kind === 'graph') {
      return query.ef(searched(wanted, this.info.rows)).refineFactor(refined);
    }
    if (this.#kind === 'exact') return query;
    // Without refinement, rows come without a distance if a filter leaves only them.
    return query.nprobes(groupsSearched(wanted, this.info.rows)).refineFactor(1);
  }

  async #bm25(text: string, wanted: number, where: string | undefined): Promise<Scored[]> {
    // A match query reads the text as words: it has no syntax that could fail.
    if (text.trim() === '') return [];
    const { MatchQuery } = lanceLibrary().lancedb;
    const query = this.#table.query().fullTextSearch(new MatchQuery(text, 'text'));
    const rows = await this.#rows(query, wanted, where);
    return ranked(
      rows.map((row) => ({ row, score: row._score ?? 0 })),
      wanted,
    );
  }

  async #rows(
    query: VectorQuery | Query,
    wanted: number,
    where: string | undefined,
  ): Promise<Row[]> {
    const scoreColumn =
      query instanceof lanceLibrary().lancedb.VectorQuery ? '_distance' : '_score';
    if (where !== undefined) query.where(where);
    const found: unknown = await query
      .select(['id', 'text', 'row', scoreColumn])
      .limit(wanted + tieMargin)
      .toArray();
    return z.array(rowSchema).parse(found);
  }
}

/** Candidates of the graph to re-score exactly, for each requested row. */
const refined = 2;

/**
 * Candidates that the graph search collects; the library refuses fewer than are re-scored. For a hundred thousand
 * chunks, 120 find more than .99 of the nearest; for a million, 120 find .979 and 200 find .999 in the same time
 * (bench/search).
 */
function searched(wanted: number, rows: number): number {
  const larger = Math.max(0, Math.log10(rows / 100_000));
  return Math.max(Math.round(120 + 80 * larger), (wanted + tieMargin) * refined);
}

/** Clusters that together hold at least twice as many vectors as are re-scored. */
function groupsSearched(wanted: number, rows: number): number {
  const groups = groupCount(rows);
  const enough = Math.ceil((2 * (wanted + tieMargin) * groups) / rows);
  return Math.min(Math.max(fewestGroups, enough), Math.max(1, groups));
}

/** Best first; ids order equal scores. */
function ranked(rows: Scored[], wanted: number): Scored[] {
  return rows.sort((a, b) => b.score - a.score || (a.row.id < b.row.id ? -1 : 1)).slice(0, wanted);
}

/** Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009). */
function fuse(
  lists: { readonly dense: readonly Scored[]; readonly bm25: readonly Scored[] },
  request: SearchRequest,
): Hit[] {
  const fused = new Map<string, { row: Row; rrf: number; dense?: number; bm25?: number }>();
  for (const side of ['dense', 'bm25'] as const) {
    lists[side].forEach(({ row, score }, index) => {
      const before = fused.get(row.id) ?? { row, rrf: 0 };
      const rrf = before.rrf + 1 / (request.rrf + index + 1);
      fused.set(row.id, { ...before, rrf, [side]: score });
    });
  }
  return [...fused.values()]
    .sort((a, b) => b.rrf - a.rrf || (a.row.id < b.row.id ? -1 : 1))
    .slice(0, request.k)
    .map(({ row, ...scores }, index) => ({
      ...{ rank: index + 1, score: scores.rrf, scores },
      chunk: chunkOfRow(row.id, row.text, row.row),
    }));
}

/** The filter as a predicate over the index's columns; undefined if nothing is filtered. */
function filterSql(filter: SearchRequest['filter']): string | undefined {
  const paths = filter.paths
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '')
    .map((glob) => `regexp_like(path, ${literal(`^${globPattern(glob)}$`)})`);
  const facts = Object.entries(filter.metadata).map(
    ([key, value]) => `array_contains(facts, ${literal(factOf(key, value))})`,
  );
  const parts = [...(paths.length === 0 ? [] : [`(${paths.join(' OR ')})`]), ...facts];
  return parts.length === 0 ? undefined : parts.join(' AND ');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
