import type { Chunk } from '@graft/graph';

/** A run of source text and the indices of the chunks that contain it; none: no shown chunk contains it. */
export interface CoveredRun {
  readonly text: string;
  readonly chunks: readonly number[];
}

interface PlacedRun extends CoveredRun {
  readonly start: number;
}

/** Whether a chunk is as long as its span in the source; an edited one may not be. */
const fitsItsPlace = ({ text, source }: Chunk): boolean =>
  text.length === source.end - source.start;

/**
 * Reassembles the source text of one document from its chunks, split wherever a chunk begins or ends. A chunk with
 * another length than its span is a run of its own.
 */
export function coveredText(chunks: readonly Chunk[]): CoveredRun[] {
  const fitting = chunks.filter(fitsItsPlace);
  const edited = chunks.flatMap((chunk, index): PlacedRun[] =>
    fitsItsPlace(chunk)
      ? []
      : [{ start: chunk.source.start, text: `${chunk.text}\n`, chunks: [index] }],
  );
  const cuts = [...new Set(fitting.flatMap(({ source }) => [source.start, source.end]))].sort(
    (a, b) => a - b,
  );
  const covered = cuts.slice(1).flatMap((end, at): PlacedRun[] => {
    const start = cuts[at] ?? 0;
    const holding = chunks.flatMap((chunk, index) =>
      fitsItsPlace(chunk) && chunk.source.start <= start && chunk.source.end >= end ? [index] : [],
    );
    const holder = chunks[holding[0] ?? -1];
    if (holder !== undefined) {
      const { text, source } = holder;
      return [
        { start, text: text.slice(start - source.start, end - source.start), chunks: holding },
      ];
    }
    // An edited chunk covers this text.
    const isEdited = chunks.some(({ source }) => source.start < end && source.end > start);
    return isEdited ? [] : [{ start, text: ' … ', chunks: [] }];
  });
  return [...edited, ...covered].sort((a, b) => a.start - b.start);
}
