import { Embeddings, type ArtifactRef } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import type { EmbeddingMapProps } from '@graft/nodes/kit/ui';
import { api } from '../../../api/client.ts';
import { useDocument, useRunView } from '../../../kit/stores.ts';
import { stepOf } from '@graft/view';
import { hitsAfter } from './hits-after.ts';
import { useReadRow } from './read-rows.ts';
import { useUmap } from './umap/use-umap.ts';

/** The hits that were found in embeddings, in the run that is shown. */
function useHitsIn(artifact: ArtifactRef | undefined, node: string): ArtifactRef | undefined {
  const graph = useDocument((state) => state.graph);
  return useRunView((state) =>
    artifact?.mediaType === Embeddings.mediaType
      ? hitsAfter(graph, node, (path) => stepOf(state, path))
      : undefined,
  );
}

/** What a map of an output's vectors is drawn from; undefined where it has none, or they have not come. */
export function useEmbeddingMap(
  artifact: ArtifactRef | undefined,
  node: string,
): Pick<EmbeddingMapProps, 'map' | 'readRow' | 'layout' | 'questions'> | undefined {
  const { data: map } = useQuery({
    queryKey: ['embedding-map', artifact?.digest],
    // Of two points there is nothing to see.
    enabled: artifact?.mediaType === Embeddings.mediaType && (artifact.count ?? 0) > 2,
    // Artifacts never change.
    staleTime: Infinity,
    queryFn: () => (artifact === undefined ? undefined : api.artifacts.map.query({ artifact })),
  });
  const hits = useHitsIn(artifact, node);
  const { data: questions } = useQuery({
    queryKey: ['map-questions', artifact?.digest, hits?.digest],
    enabled: map !== undefined && hits !== undefined,
    staleTime: Infinity,
    queryFn: () =>
      artifact === undefined || hits === undefined
        ? undefined
        : api.artifacts.mapQuestions.query({ artifact, hits }),
  });
  const readRow = useReadRow(artifact);
  const layout = useUmap(map === undefined ? undefined : artifact);
  return map === undefined ? undefined : { map, readRow, layout, questions };
}
