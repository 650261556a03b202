import {
  Documents,
  documentSchema,
  type ArtifactRef,
  type Document,
  type Span,
} from '@graft/graph';
import { api } from '../../api/client.ts';
import type { RunState } from '@graft/view';

/** The documents that a run has read, each artifact once. */
export function documentArtifacts(run: RunState | null): ArtifactRef[] {
  const found = new Map<string, ArtifactRef>();
  for (const { outputs } of run?.steps.values() ?? []) {
    for (const output of Object.values(outputs)) {
      if (output.mediaType === Documents.mediaType) found.set(output.digest, output);
    }
  }
  return [...found.values()];
}

/** The document, or part, that a span is of; null where none of the artifacts has it. */
export async function findDocument(
  artifacts: readonly ArtifactRef[],
  { documentId }: Span,
): Promise<Document | null> {
  for (const artifact of artifacts) {
    const [row] = await api.artifacts.rows.query({ artifact, ids: [documentId] });
    const document = documentSchema.safeParse(row);
    if (document.success) return document.data;
  }
  return null;
}
