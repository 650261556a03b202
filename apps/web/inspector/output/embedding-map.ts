import { Embeddings, type ArtifactRef } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import type { EmbeddingMapProps } from '@graft/nodes/kit/ui';
import { api } from '../../api/client.ts';
import { useReadRow } from './read-row.ts';
import { useUmap } from './umap/use-umap.ts';

/** What a map of an output's vectors is drawn from; undefined where it has none, or they have not come. */
export function useEmbeddingMap(
  artifact: ArtifactRef | undefined,
): Pick<EmbeddingMapProps, 'map' | 'readRow' | 'layout'> | undefined {
  const { data: map } = useQuery({
    queryKey: ['embedding-map', artifact?.digest],
    // Of two points there is nothing to see.
    enabled: artifact?.mediaType === Embeddings.mediaType && (artifact.count ?? 0) > 2,
    // Artifacts never change.
    staleTime: Infinity,
    queryFn: () => (artifact === undefined ? undefined : api.artifacts.map.query({ artifact })),
  });
  const readRow = useReadRow(artifact);
  const layout = useUmap(map === undefined ? undefined : artifact);
  return map === undefined ? undefined : { map, readRow, layout };
}
