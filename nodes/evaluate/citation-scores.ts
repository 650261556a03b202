import type { Citation } from '@graft/graph';

/** The share of the cited passages that are from one of the documents; 0 where none is cited. */
export function citationPrecision(
  citations: readonly Citation[],
  documents: readonly string[],
): number {
  const wanted = new Set(documents);
  const cited = new Map(citations.map(({ chunkId, source }) => [chunkId, source.path]));
  const right = [...cited.values()].filter((path) => wanted.has(path));
  return cited.size === 0 ? 0 : right.length / cited.size;
}

/** The share of the documents (one or more) from which a passage is cited. */
export function citationRecall(
  citations: readonly Citation[],
  documents: readonly string[],
): number {
  const wanted = new Set(documents);
  const cited = new Set(citations.map(({ source }) => source.path));
  return [...wanted].filter((path) => cited.has(path)).length / wanted.size;
}
