import type { Document, Span } from '@graft/graph';

/** One line of a document, cut where the span begins and ends. */
export interface SourceLine {
  /** 1-based, in the whole document. */
  readonly number: number;
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** The lines of a document, or of its part, with the span's text apart. Offsets count from the whole document. */
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
