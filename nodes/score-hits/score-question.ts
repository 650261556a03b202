import type { Hit } from '@graft/graph';
import { contextPrecision, precisions, least } from '../kit/evaluation/numeric.ts';

export interface HitScores {
  /** The share of the documents that are among the first k hits. */
  readonly recall: number;
  /** 1 / rank of the first hit from one of the documents; 0 where none is. */
  readonly reciprocalRank: number;
  /** Normalized discounted cumulative gain of the first k hits. */
  readonly ndcg: number;
  /** Average precision over all hits: the mean over the documents of the precision where each is found, 0 where it is not. */
  readonly averagePrecision: number;
  /** Average precision of the first k hits, each that is from one of the documents being wanted; 0 where none is. */
  readonly contextPrecision: number;
}

/**
 * Scores of one question whose answer is in `documents` (paths, one or more). A document counts where its first hit
 * stands; more chunks of it neither add nor take away, but to context precision. Ranks are places in the list.
 */
export function scoreQuestion(
  hits: readonly Hit[],
  documents: readonly string[],
  k: number,
): HitScores {
  const wanted = new Set(documents);
  const places = new Map<string, number>();
  for (const [place, { chunk }] of hits.entries()) {
    const { path } = chunk.source;
    if (wanted.has(path) && !places.has(path)) places.set(path, place);
  }
  const first = least(places.values());
  const within = [...places.values()].filter((place) => place < k);
  const best = Array.from({ length: Math.min(k, wanted.size) }, (_, place) => place);
  return {
    recall: within.length / wanted.size,
    reciprocalRank: Number.isFinite(first) ? 1 / (first + 1) : 0,
    ndcg: gain(within) / gain(best),
    averagePrecision: precisions([...places.values()]) / wanted.size,
    contextPrecision: contextPrecision(
      hits.slice(0, k).map(({ chunk }) => wanted.has(chunk.source.path)),
    ),
  };
}

/** Discounted cumulative gain of a document at each place, from 0. */
function gain(places: readonly number[]): number {
  return places.reduce((sum, place) => sum + 1 / Math.log2(place + 2), 0);
}
