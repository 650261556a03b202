import { type ArtifactRef, isRecord, Metrics } from '@graft/graph';

/** Whether there is something to read in the rows of an output: of metrics in those that a table names, not in points. */
export function isFindable({ mediaType }: ArtifactRef, rows: readonly unknown[]): boolean {
  if (mediaType !== Metrics.mediaType) return true;
  return rows.some((row) => isRecord(row) && typeof row['label'] === 'string');
}
