import type { Chunk } from '@graft/graph';

/**
 * Neighbouring chunks of one document, sorted by where they begin, as one. What two of them have in common stands once;
 * what stands in none between two (blanks, mostly) becomes as many line breaks as it
 * has, two at most, else a space, or a blank line where it is longer. Undefined for none.
 */
export function joinedChunk(chunks: readonly Chunk[]): Chunk | undefined {
  const [first, ...others] = chunks;
  if (first === undefined || others.length === 0) return first;
  let { text } = first;
  let { end, lastLine } = first.source;
  let headings = first.headings;
  for (const { text: next, source, headings: own } of others) {
    headings = commonStart(headings, own);
    if (source.end <= end) continue;
    const gap = source.start - end;
    const breaks = Math.min(2, Math.max(0, source.firstLine - lastLine));
    text += gap < 0 ? next.slice(-gap) : `${between(gap, breaks)}${next}`;
    ({ end, lastLine } = source);
  }
  const { context: _context, ...rest } = first;
  const source = { ...first.source, end, lastLine };
  return { ...rest, id: `${first.id}-${end}`, text, headings, source };
}

function between(gap: number, breaks: number): string {
  if (gap === 0) return '';
  if (breaks > 0) return '\n'.repeat(Math.min(gap, breaks));
  return gap === 1 ? ' ' : '\n\n';
}

function commonStart(one: readonly string[], other: readonly string[]): string[] {
  const at = one.findIndex((heading, index) => heading !== other[index]);
  return at === -1 ? [...one] : one.slice(0, at);
}
