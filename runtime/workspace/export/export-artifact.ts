import { portTypeOf, readRows } from '@graft/engine';
import { Comparison, type ArtifactRef, type ArtifactStore } from '@graft/graph';
import { exportArrow } from './export-arrow.ts';
import { exportComparison } from './export-comparison.ts';
import { exportRows, type ExportFormat, type Rows } from './export-rows.ts';

/** All rows of an artifact in a format, in blocks. Throws `bad-input` for what has none. */
export function exportArtifact(
  artifacts: ArtifactStore,
  artifact: ArtifactRef,
  format: ExportFormat,
): AsyncIterable<string | Uint8Array> {
  const type = portTypeOf(artifact);
  const rows: Rows = () => readRows(artifacts, artifact, type);
  if (format === 'arrow') return exportArrow(rows);
  return (type.id === Comparison.id ? exportComparison : exportRows)(rows, format);
}
