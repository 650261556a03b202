import { headlineInWords, metricsMediaType, plural, type ArtifactRef } from '@graft/graph';

/** `9 of 30 right`; undefined if nothing was compared. */
export function scoreText(score: {
  readonly right: number;
  readonly wrong: number;
}): string | undefined {
  const compared = score.right + score.wrong;
  return compared === 0
    ? undefined
    : `${score.right.toLocaleString('en')} of ${compared.toLocaleString('en')} right`;
}

/** What an output says of itself: its headline, or how many rows it has. */
export function outputText(artifact: ArtifactRef): string {
  const { summary, mediaType } = artifact;
  if (summary !== undefined)
    return mediaType === metricsMediaType ? headlineInWords(summary) : summary;
  return artifact.count === undefined ? 'ready' : plural(artifact.count, 'row');
}
