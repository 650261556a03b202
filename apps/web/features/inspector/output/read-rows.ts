import type { ArtifactRef } from '@graft/graph';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useCallback } from 'react';
import { api } from '../../../api/client.ts';
import { drawnFile, edgesInto, stepOf, type StepView, nodeTypes } from '@graft/view';
import { useDocument, useRunView } from '../../../kit/stores.ts';

/** Reads one whole row of an artifact by its number; undefined where it cannot be had. */
export function useReadRow(artifact: ArtifactRef | undefined): (row: number) => Promise<unknown> {
  const client = useQueryClient();
  return useCallback(
    async (row: number): Promise<unknown> => {
      if (artifact === undefined) return undefined;
      return client
        .fetchQuery({
          queryKey: ['artifact-row', artifact.digest, artifact.mediaType, row],
          // Artifacts never change.
          staleTime: Infinity,
          queryFn: async () =>
            (await api.artifacts.page.query({ artifact, offset: row, limit: 1 })).rows[0] ?? null,
        })
        .catch(() => undefined);
    },
    [artifact, client],
  );
}

/** Rows asked for: those that people watch being written. */
const itemLimit = 500;
const none: readonly unknown[] = [];

/** The artifact that a map-type step works through, row by row. */
function useItems(step: StepView): ArtifactRef | undefined {
  const over = nodeTypes().get(step.type)?.items?.over;
  const graph = useDocument(drawnFile);
  const edge = useMemo(
    () => edgesInto(graph, step.node).find(({ targetPort }) => targetPort === over),
    [graph, step.node, over],
  );
  return useRunView((state) => stepOf(state, edge?.source ?? '')?.outputs[edge?.sourcePort ?? '']);
}

/** While `wanted`: the first rows of what a step works through, to say what is being written by more than ids. */
export function useItemRows(step: StepView, wanted: boolean): readonly unknown[] {
  const artifact = useItems(step);
  const { data } = useQuery({
    queryKey: ['items', artifact?.digest],
    enabled: wanted && artifact !== undefined,
    staleTime: Infinity,
    queryFn: async () => {
      if (artifact === undefined) return none;
      return (await api.artifacts.page.query({ artifact, offset: 0, limit: itemLimit })).rows;
    },
  });
  return data ?? none;
}
