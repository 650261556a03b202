import { Metrics, type ArtifactRef } from '@graft/graph';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { api } from '../../api/client.ts';

/** Rows a page; more where every row is wanted. */
const pageSize = (artifact: ArtifactRef): number =>
  artifact.mediaType === Metrics.mediaType ? 5_000 : 50;

export interface RowWindow {
  readonly rows: readonly unknown[];
  /** Number of the first of them, from 0. */
  readonly first: number;
  readonly total: number;
  readonly loading: boolean;
  readonly error: Error | null;
  loadMore(): void;
  /** Undefined where there is nothing before. */
  readonly loadBefore: (() => void) | undefined;
}

/** The rows of an artifact around the row `start`, a page at a time in both directions. */
export function useRowWindow(artifact: ArtifactRef | undefined, start: number): RowWindow {
  const size = artifact === undefined ? 50 : pageSize(artifact);
  // The row that was jumped to stands in the middle of what is loaded.
  const begin = start === 0 ? 0 : Math.max(0, start - size / 2);
  const query = useInfiniteQuery({
    queryKey: ['artifact', artifact?.digest, artifact?.mediaType, begin],
    enabled: artifact !== undefined,
    // Artifacts never change.
    staleTime: Infinity,
    initialPageParam: { offset: begin, limit: size },
    queryFn: async ({ pageParam, signal }) => {
      if (artifact === undefined) return { total: 0, rows: [], offset: 0 };
      const page = await api.artifacts.page.query({ artifact, ...pageParam }, { signal });
      return { ...page, offset: pageParam.offset };
    },
    getNextPageParam: (last) => {
      const next = last.offset + last.rows.length;
      return last.rows.length === 0 || next >= last.total
        ? undefined
        : { offset: next, limit: size };
    },
    getPreviousPageParam: ({ offset }) => {
      const before = Math.max(0, offset - size);
      return offset === 0 ? undefined : { offset: before, limit: offset - before };
    },
  });
  const { data, error, isFetching, hasNextPage, fetchNextPage } = query;
  const { hasPreviousPage, fetchPreviousPage } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return {
    rows,
    first: data?.pages[0]?.offset ?? begin,
    total: data?.pages[0]?.total ?? artifact?.count ?? 0,
    loading: isFetching,
    error,
    loadMore,
    loadBefore: hasPreviousPage ? () => void fetchPreviousPage() : undefined,
  };
}
