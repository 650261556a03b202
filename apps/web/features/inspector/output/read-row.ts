import type { ArtifactRef } from '@graft/graph';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../../../api/client.ts';

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
