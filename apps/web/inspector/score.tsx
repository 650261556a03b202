import { Answers, verdictRule, type ArtifactRef } from '@graft/graph';
import { count } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/client.ts';

/** `9 of 30 right`; undefined where there is nothing to compare. */
export function useScore(artifact: ArtifactRef | undefined): string | undefined {
  const answers = artifact?.mediaType === Answers.mediaType;
  const { data } = useQuery(
    queries.artifacts.score.queryOptions(
      { artifact: artifact ?? { digest: '', mediaType: '', size: 0 } },
      { enabled: answers, staleTime: Infinity },
    ),
  );
  if (data === undefined || data.right + data.wrong === 0) return undefined;
  return `${count(data.right)} of ${count(data.right + data.wrong)} right`;
}

/** How many answers agree with the references of their questions, and by what rule. */
export function Score({ artifact }: { readonly artifact: ArtifactRef | undefined }) {
  const score = useScore(artifact);
  if (score === undefined) return null;
  return (
    <p
      className="flex flex-wrap items-baseline gap-x-2 px-4 pb-2 first:pt-3"
      data-testid="score"
      title={verdictRule}
    >
      <b className="font-semibold">{score}</b>
      <span className="text-sm text-ink-2">compared with the references, by their words</span>
    </p>
  );
}
