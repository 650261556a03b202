import { Documents, Metrics, type ArtifactRef } from '@graft/graph';
import { useQueries, type UseQueryResult } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { api } from '../../../api/client.ts';

/** Bytes of the rows of a page, as far as they are alike. */
const pageBytes = 400_000;
const mostRows = 100;
/** Bytes that the server reads for a page of rows of which only beginnings are sent. */
const readBytes = 4_000_000;
/** Characters of a document's text that are sent with the others; all of them once it is chosen. */
export const beginning = 2_000;
/** Milliseconds that pages are kept which are not in sight any more. */
const keptFor = 60_000;

/** Rows a page: fewer where they are long, more where every row is wanted. */
function pageSize({ mediaType, size, count = 1 }: ArtifactRef): number {
  if (mediaType === Metrics.mediaType) return 5_000;
  const bytes = mediaType === Documents.mediaType ? readBytes : pageBytes;
  return Math.max(1, Math.min(mostRows, Math.floor((bytes * count) / Math.max(1, size))));
}

export interface RowWindow {
  /** Rows that have come and stand one after the other. */
  readonly rows: readonly unknown[];
  /** Place of the first of them among those shown, from 0. */
  readonly first: number;
  /** Rows that are shown. */
  readonly total: number;
  /** Of rows whose texts are cut how many characters these have, by the numbers of the rows. */
  readonly cut: ReadonlyMap<number, number>;
  readonly loading: boolean;
  readonly error: Error | null;
  /** Asks for the rows at these places, instead of those asked for before. */
  want(from: number, to: number): void;
  loadMore(): void;
  /** Undefined where there is nothing before. */
  readonly loadBefore: (() => void) | undefined;
}

interface Page {
  readonly total: number;
  readonly rows: readonly unknown[];
  readonly cut: readonly (readonly [number: number, characters: number])[];
}

type Pages = readonly { readonly page: number; readonly rows: readonly unknown[] }[];

/** Of pages that have come, those one after the other of which most have. */
function longestRun(pages: Pages): Pages {
  const runs: { page: number; rows: readonly unknown[] }[][] = [];
  for (const one of pages) {
    const run = runs.at(-1);
    if (run?.at(-1)?.page === one.page - 1) run.push(one);
    else runs.push([one]);
  }
  return runs.reduce(
    (longest, run) => (run.length > longest.length ? run : longest),
    runs[0] ?? [],
  );
}

/** Pages of rows, from one to before another. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The rows of an artifact that are looked at, fetched in pages; of `numbers`, where they are given, only those. */
export function useRowWindow(
  artifact: ArtifactRef | undefined,
  numbers?: readonly number[],
): RowWindow {
  const size = artifact === undefined ? mostRows : pageSize(artifact);
  const [{ from, to }, setRange] = useState<Range>({ from: 0, to: 1 });
  const known = numbers?.length ?? artifact?.count;
  const last = known === undefined ? to : Math.ceil(known / size);
  const asked = Array.from(
    { length: Math.max(0, Math.min(to, last) - from) },
    (_, at) => from + at,
  );
  const combine = useCallback(
    (results: UseQueryResult<Page>[]) => {
      const come = results.flatMap(({ data }, at) =>
        data === undefined ? [] : [{ page: from + at, rows: data.rows }],
      );
      const run = longestRun(come);
      return {
        rows: run.flatMap(({ rows }) => rows),
        first: (run[0]?.page ?? from) * size,
        cut: new Map(results.flatMap(({ data }) => data?.cut ?? [])),
        total: results.find(({ data }) => data !== undefined)?.data?.total,
        loading: results.some(({ isFetching }) => isFetching),
        error: results.find((result) => result.error !== null)?.error ?? null,
      };
    },
    [from, size],
  );
  const { total = 0, ...come } = useQueries({
    queries:
      artifact === undefined
        ? []
        : asked.map((page) => pageQuery(artifact, page * size, { size, numbers })),
    combine,
  });
  const want = useCallback(
    (first: number, end: number) => {
      const next = { from: Math.floor(first / size), to: Math.max(1, Math.ceil(end / size)) };
      setRange((now) => (now.from === next.from && now.to === next.to ? now : next));
    },
    [size],
  );
  const { loading } = come;
  const loadMore = useCallback(() => {
    if (!loading) setRange((now) => (now.to < last ? { ...now, to: now.to + 1 } : now));
  }, [loading, last]);
  return {
    ...come,
    total: known ?? total,
    want,
    loadMore,
    loadBefore:
      from === 0
        ? undefined
        : () => setRange((now) => ({ ...now, from: Math.max(0, now.from - 1) })),
  };
}

function pageQuery(
  artifact: ArtifactRef,
  offset: number,
  { size, numbers }: { readonly size: number; readonly numbers: readonly number[] | undefined },
) {
  const picked = numbers?.slice(offset, offset + size);
  return {
    queryKey: ['artifact', artifact.digest, artifact.mediaType, size, picked ?? offset],
    // Artifacts never change.
    staleTime: Infinity,
    gcTime: keptFor,
    structuralSharing: false,
    queryFn: async ({ signal }: { readonly signal: AbortSignal }): Promise<Page> => {
      const asked = {
        artifact,
        ...(artifact.mediaType === Documents.mediaType ? { textAtMost: beginning } : {}),
      };
      const { total, rows, cut } =
        picked === undefined
          ? await api.artifacts.page.query({ ...asked, offset, limit: size }, { signal })
          : {
              total: numbers?.length ?? 0,
              ...(await api.artifacts.pick.query({ ...asked, numbers: picked }, { signal })),
            };
      return {
        ...{ total, rows },
        cut: cut.map(({ at, characters }) => [picked?.[at] ?? offset + at, characters] as const),
      };
    },
  };
}
