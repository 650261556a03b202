import type { ArtifactRef } from '@graft/graph';
import { ScoreLine } from '../../kit/cell-parts.tsx';
import { useScore } from '../../api/runs/use-score.ts';

/** The score of answers; nothing where there is nothing to compare. */
export function Score({ artifact }: { readonly artifact: ArtifactRef | undefined }) {
  const score = useScore(artifact);
  return score === undefined ? null : <ScoreLine score={score} />;
}
