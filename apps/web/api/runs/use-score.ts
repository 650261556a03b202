import { answersMediaType, type ArtifactRef } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../client.ts';
import { scoreText } from '@graft/view';

/** `9 of 30 right`; undefined if nothing was compared. */
export function useScore(artifact: ArtifactRef | undefined): string | undefined {
  const answers = artifact?.mediaType === answersMediaType;
  const { data } = useQuery(
    queries.artifacts.score.queryOptions(
      { artifact: artifact ?? { digest: '', mediaType: '', size: 0 } },
      { enabled: answers, staleTime: Infinity },
    ),
  );
  return data === undefined ? undefined : scoreText(data);
}
