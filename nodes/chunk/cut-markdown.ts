import { type CutOptions, cutText, type TextSpan } from './cut-text.ts';
import { headingsAt, markdownSections, type Section } from './markdown-sections.ts';

export interface CutPiece extends TextSpan {
  /** Headings above the piece, outermost first. */
  readonly headings: readonly string[];
}

/**
 * Cuts markdown at its headings: keeps a section that fits whole, with its subsections; else cuts its own text and each
 * subsection separately. Cuts text without headings as plain text.
 */
export function cutMarkdown(text: string, options: CutOptions): CutPiece[] {
  const root = markdownSections(text);
  const pieces: CutPiece[] = [];
  cut(root);
  return pieces;

  function cut(section: Section): void {
    const whole = spansOf(section.start, section.end);
    if (whole.length <= 1 || section.children.length === 0) {
      add(whole);
      return;
    }
    // A heading without text of its own stays with the first section below it.
    const [first, ...others] = section.children;
    if (first === undefined) return;
    const own = text.slice(section.start, first.start);
    const bare = section.level > 0 && own.trim().split('\n').length <= 1;
    if (bare) cut({ ...first, start: section.start });
    else {
      add(spansOf(section.start, first.start));
      cut(first);
    }
    others.forEach(cut);
  }

  function spansOf(start: number, end: number): TextSpan[] {
    return cutText(text.slice(start, end), options).map((span) => ({
      start: start + span.start,
      end: start + span.end,
    }));
  }
  function add(spans: readonly TextSpan[]): void {
    for (const span of spans) pieces.push({ ...span, headings: headingsAt(root, span.start) });
  }
}
