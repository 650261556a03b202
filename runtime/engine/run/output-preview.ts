import type { ArtifactRef, ArtifactStore, PortType } from '@graft/graph';
import { readRows } from '../rows/index.ts';

/** Characters of a preview. */
const previewLength = 200;

/** A line that shows what an artifact holds: its first row, else its summary. Never throws. */
export async function previewOf(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  type: PortType,
): Promise<string> {
  const summary = ref.summary ?? ref.mediaType;
  if (type.encoding !== 'jsonl') return summary;
  try {
    for await (const row of readRows(artifacts, ref, type)) {
      const text = JSON.stringify(row);
      return text.length > previewLength ? `${text.slice(0, previewLength - 1)}…` : text;
    }
  } catch {
    // A damaged artifact is found and recomputed by the step that needs it; a preview only decorates.
  }
  return summary;
}
