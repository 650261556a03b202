import { answersMediaType, isRecord, type ArtifactRef } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../client.ts';
import { scoreText } from './run-texts.ts';

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

/** Characters of an answer that a card has room for. */
const snippetLength = 80;

/** The beginning of the first answer; undefined for other rows, and until it has come. */
export function useFirstAnswer(artifact: ArtifactRef | undefined): string | undefined {
  const answers = artifact?.mediaType === answersMediaType;
  const { data } = useQuery(
    queries.artifacts.page.queryOptions(
      { artifact: artifact ?? { digest: '', mediaType: '', size: 0 }, offset: 0, limit: 1 },
      { enabled: answers, staleTime: Infinity },
    ),
  );
  const row: unknown = data?.rows[0];
  const text = isRecord(row) ? row['text'] : undefined;
  return typeof text === 'string' ? text.trim().slice(0, snippetLength) : undefined;
}
