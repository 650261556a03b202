import {
  type Document,
  type Span,
  Documents,
  documentSchema,
  type ArtifactRef,
} from '@graft/graph';
import { api } from '../../api/client.ts';
import type { StepView } from '@graft/view';

/** The documents that steps have read, without duplicates, in the order of the lists. */
export function documentArtifacts(...lists: readonly Iterable<StepView>[]): ArtifactRef[] {
  const found = new Map<string, ArtifactRef>();
  for (const steps of lists) {
    for (const { outputs } of steps) {
      for (const output of Object.values(outputs)) {
        if (output.mediaType === Documents.mediaType) found.set(output.digest, output);
      }
    }
  }
  return [...found.values()];
}

/** The document, or part, that contains a span; null if no artifact has it. */
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

/** A line of a document, cut at the start and end of the span. */
export interface SourceLine {
  /** 1-based, in the whole document. */
  readonly number: number;
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** The lines of a document, or of its part, cut at the span. Offsets count from the whole document. */
export function sourceLines(document: Document, span: Span): SourceLine[] {
  let from = document.offset;
  return document.text.split('\n').map((text, at) => {
    const within = (offset: number): number => Math.min(text.length, Math.max(0, offset - from));
    const start = within(span.start);
    const end = Math.max(start, within(span.end));
    from += text.length + 1;
    return {
      number: document.line + at,
      before: text.slice(0, start),
      marked: text.slice(start, end),
      after: text.slice(end),
    };
  });
}
