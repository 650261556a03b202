import { rowColumns, verdictColumn, type ArtifactRef, type RowColumn } from '@graft/graph';
import type { OutputReading } from '@graft/view';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../../../api/client.ts';
import type { Places } from '../../../kit/find/find-bar.tsx';
import { useScore } from '../../../api/runs/use-score.ts';

/** Rows and bytes that are put in order at most: all of them are read for it. */
const mostRows = 200_000;
const mostBytes = 200_000_000;

export type Order = NonNullable<OutputReading['order']>;

export interface RowOrdering {
  /** By what they can be put in order; none where they cannot be. */
  readonly columns: readonly RowColumn[];
  readonly order: Order | undefined;
  sortBy(order: Order | undefined): void;
  /** Whether the order is being made. */
  readonly loading: boolean;
  readonly error: Error | null;
  /** All rows in order; undefined where they stand as they are. */
  readonly numbers: readonly number[] | undefined;
  readonly places: Places | undefined;
}

const none: readonly RowColumn[] = [];

/** In which order the rows of an output are shown: as they are, or by a column that they have. */
export function useRowOrder(
  artifact: ArtifactRef | undefined,
  chosen: Order | undefined,
  sortBy: (order: Order | undefined) => void,
): RowOrdering {
  const { count = 0, size = 0, mediaType = '' } = artifact ?? {};
  const canSort = count > 1 && count <= mostRows && size <= mostBytes;
  const isKnown = canSort && rowColumns(mediaType).some(({ id }) => id === chosen?.column);
  const order = isKnown ? chosen : undefined;
  const { data, isFetching, error } = useQuery({
    queryKey: ['row-order', artifact?.digest, order],
    enabled: artifact !== undefined && order !== undefined,
    // Artifacts never change.
    staleTime: Infinity,
    structuralSharing: false,
    queryFn: async ({ signal }) => {
      if (artifact === undefined || order === undefined) return [];
      return api.artifacts.order.query({ artifact, ...order }, { signal });
    },
  });
  const numbers = order === undefined ? undefined : data;
  const places = useMemo(() => {
    if (numbers === undefined) return undefined;
    const at = new Uint32Array(numbers.length);
    numbers.forEach((number, place) => (at[number] = place));
    return { placeOf: (row: number) => at[row] ?? row, first: numbers[0], last: numbers.at(-1) };
  }, [numbers]);
  const isScored = useScore(artifact) !== undefined;
  const columns = useMemo(
    () => rowColumns(mediaType).filter((column) => column !== verdictColumn || isScored),
    [mediaType, isScored],
  );
  return {
    columns: canSort ? columns : none,
    ...{ order, sortBy, numbers, places, error },
    loading: isFetching,
  };
}

/** Those of the rows that match, in the order in which all are shown; where one of both is not given, the other. */
export function inOrder(
  matches: readonly number[] | undefined,
  numbers: readonly number[] | undefined,
): readonly number[] | undefined {
  if (matches === undefined || numbers === undefined) return matches ?? numbers;
  const matching = new Set(matches);
  return numbers.filter((number) => matching.has(number));
}
