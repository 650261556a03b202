import type { Chunk } from '@graft/graph';

/** A run of source text and the chunks (by index) that hold it; none: text that no shown chunk holds. */
export interface CoveredRun {
  readonly text: string;
  readonly chunks: readonly number[];
}

/** The source text of one document's chunks, put together from them, cut wherever a chunk begins or ends. */
export function coveredText(chunks: readonly Chunk[]): CoveredRun[] {
  const cuts = [...new Set(chunks.flatMap(({ source }) => [source.start, source.end]))].sort(
    (a, b) => a - b,
  );
  return cuts.slice(1).map((end, at) => {
    const start = cuts[at] ?? 0;
    const holding = chunks.flatMap(({ source }, index) =>
      source.start <= start && source.end >= end ? [index] : [],
    );
    const holder = chunks[holding[0] ?? -1];
    const text =
      holder?.text.slice(start - holder.source.start, end - holder.source.start) ?? ' … ';
    return { text, chunks: holding };
  });
}
