import type { Chunk } from '@graft/graph';

/**
 * Neighbouring chunks of one document, sorted by where they begin, as one. What two of them have in common stands once;
 * what stands in none between two (blanks, mostly) becomes a space, or a blank line where it is longer. Undefined for none.
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
    text += gap < 0 ? next.slice(-gap) : `${gap === 0 ? '' : gap === 1 ? ' ' : '\n\n'}${next}`;
    ({ end, lastLine } = source);
  }
  const { context: _context, ...rest } = first;
  const source = { ...first.source, end, lastLine };
  return { ...rest, id: `${first.id}-${end}`, text, headings, source };
}

function commonStart(one: readonly string[], other: readonly string[]): string[] {
  const at = one.findIndex((heading, index) => heading !== other[index]);
  return at === -1 ? [...one] : one.slice(0, at);
}
