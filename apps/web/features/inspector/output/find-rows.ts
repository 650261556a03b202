import type { ArtifactRef } from '@graft/graph';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { api } from '../../../api/client.ts';
import type { Found } from '../../../kit/find/find-bar.tsx';

/** Milliseconds of rest after a key before the server searches. */
const restAfter = 80;
/** Matches after which nothing more is looked for. */
const mostFound = 500_000;

function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restAfter);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

/** The rows of an artifact that hold a text, as they are found; undefined while nothing is searched. */
export function useFound(artifact: ArtifactRef | undefined, text: string): Found | undefined {
  const wanted = useRested(text.trim());
  const { data, isFetching, isError, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['found', artifact?.digest, wanted],
    enabled: artifact !== undefined && wanted !== '',
    staleTime: Infinity,
    structuralSharing: false,
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }) => {
      if (artifact === undefined) return { rows: [], searched: 0, complete: true };
      return api.artifacts.search.query({ artifact, text: wanted, from: pageParam }, { signal });
    },
    getNextPageParam: (last, pages) => {
      const found = pages.reduce((sum, { rows }) => sum + rows.length, 0);
      return last.complete || found >= mostFound ? undefined : last.searched;
    },
  });
  // It is told what has been found so far, and goes on.
  const goesOn = hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  if (text.trim() === '') return undefined;
  const last = data?.pages.at(-1);
  const isNew = wanted !== text.trim();
  const searching = isNew || isFetching || goesOn;
  return {
    rows: isNew ? [] : rows,
    searched: last?.searched ?? 0,
    complete: last?.complete ?? false,
    searching,
    loading: searching && (isNew || rows.length === 0),
  };
}
