import { type Chunk, type Document, implementItems } from '@graft/graph';
import { cutMarkdown, type CutPiece } from './cut-markdown.ts';
import { type CutOptions, cutText } from './cut-text.ts';
import { enclosingLines, isCode } from './code-lines.ts';
import { headingsAt, markdownSections } from './markdown-sections.ts';
import { chunk } from './node.ts';

export const run = implementItems(chunk, {
  runItems(_ctx, batch, _inputs, params): Promise<readonly (readonly CutPiece[])[]> {
    const options: CutOptions = {
      size: params.size,
      overlap: params.overlap,
      unit: params.unit,
      prefer: params.method === 'sentence' ? 'sentences' : 'lines',
    };
    return Promise.resolve(batch.map((document) => cut(document, params.method, options)));
  },
  *expand(document, pieces) {
    let line = document.line;
    let counted = 0;
    for (const piece of pieces) {
      line += lineBreaks(document.text, counted, piece.start);
      counted = piece.start;
      yield chunkOf(document, piece, line);
    }
  },
});

function cut(
  { text, mediaType }: Document,
  method: 'recursive' | 'sentence' | 'markdown',
  options: CutOptions,
): CutPiece[] {
  if (isCode(mediaType) && method !== 'sentence') {
    const spans = cutText(text, { ...options, prefer: 'code' });
    const headings = enclosingLines(
      text,
      spans.map(({ start }) => start),
    );
    return spans.map((span, at) => ({ ...span, headings: headings[at] ?? [] }));
  }
  if (mediaType !== 'text/markdown') {
    return cutText(text, options).map((span) => ({ ...span, headings: [] }));
  }
  if (method === 'markdown') return cutMarkdown(text, options);
  const root = markdownSections(text);
  return cutText(text, options).map((span) => ({
    ...span,
    headings: headingsAt(root, span.start),
  }));
}

function chunkOf(document: Document, piece: CutPiece, firstLine: number): Chunk {
  const start = document.offset + piece.start;
  return {
    id: `${document.id}:${start}`,
    text: document.text.slice(piece.start, piece.end),
    headings: [...piece.headings],
    source: {
      documentId: document.id,
      path: document.path,
      title: document.title,
      start,
      end: document.offset + piece.end,
      firstLine,
      lastLine: firstLine + lineBreaks(document.text, piece.start, piece.end),
    },
    metadata: document.metadata,
  };
}

/** Line breaks in `[from, to)`; negative if `to` is before `from`. */
function lineBreaks(text: string, from: number, to: number): number {
  if (to < from) return -lineBreaks(text, to, from);
  // Searches only the span: otherwise each chunk of a text without line breaks would search to its end.
  let count = 0;
  for (let at = from; at < to; at += 1) if (text.charCodeAt(at) === 10) count += 1;
  return count;
}
