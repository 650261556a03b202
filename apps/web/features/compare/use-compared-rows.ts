import type { ArtifactRef } from '@graft/graph';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { queries, type api } from '../../api/client.ts';

/** Rows of outputs, joined by the server. */
type ComparedRows = Awaited<ReturnType<typeof api.compare.rows.query>>;
type RowFilter = Parameters<typeof api.compare.rows.query>[0]['filter'];
export type ComparedRow = ComparedRows['rows'][number];
export type ComparedCell = NonNullable<ComparedRow['cells'][number]>;

/** Rows in one request. */
const pageSize = 25;

/** Which rows of which outputs, one output for each side. */
export interface RowsWish {
  readonly artifacts: readonly (ArtifactRef | null)[];
  readonly filter: RowFilter;
}

export type RowFacts = Pick<ComparedRows, 'counts' | 'right' | 'left'>;

function pageOf({ artifacts, filter }: RowsWish, number: number) {
  const input = { artifacts: [...artifacts], filter };
  return queries.compare.rows.queryOptions(
    { ...input, offset: number * pageSize, limit: pageSize },
    // Artifacts never change. If all are evicted, there is nothing to read.
    { staleTime: Infinity, enabled: artifacts.some((ref) => ref !== null) },
  );
}

/** How many rows there are of each kind; undefined while unknown. */
export function useRowFacts(wish: RowsWish): {
  readonly facts: RowFacts | undefined;
  readonly error: unknown;
} {
  const { data, error } = useQuery({ ...pageOf(wish, 0), placeholderData: keepPreviousData });
  return { facts: data, error };
}

/** Reads the rows from `first` to `last`; returns those that have arrived, by position. */
export function useRows(
  wish: RowsWish,
  { first, last }: { readonly first: number; readonly last: number },
): { readonly error: unknown; row(at: number): ComparedRow | undefined } {
  const from = Math.floor(first / pageSize);
  const pages = useQueries({
    queries: Array.from({ length: Math.floor(last / pageSize) - from + 1 }, (_, at) =>
      pageOf(wish, from + at),
    ),
  });
  return {
    error: pages.find(({ error }) => error !== null)?.error ?? null,
    row: (at) => pages[Math.floor(at / pageSize) - from]?.data?.rows[at % pageSize],
  };
}
