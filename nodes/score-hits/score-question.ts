import type { Hit } from '@graft/graph';
import { contextPrecision, precisions, least } from '../kit/evaluation/numeric.ts';

export interface HitScores {
  /** Share of the documents among the first k hits. */
  readonly recall: number;
  /** 1 / rank of the first hit from one of the documents; 0 if there is none. */
  readonly reciprocalRank: number;
  /** Normalized discounted cumulative gain of the first k hits. */
  readonly ndcg: number;
  /**
   * Average precision over all hits: the mean over the documents of the precision at their first hit, 0 for missing
   * ones.
   */
  readonly averagePrecision: number;
  /** Average precision of the first k hits, where every hit from one of the documents counts; 0 if there is none. */
  readonly contextPrecision: number;
}

/**
 * Scores of one question whose answer is in `documents` (paths, one or more). A document counts at its first hit;
 * further chunks of it change nothing, except context precision. Ranks are positions in the list.
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

/** Discounted cumulative gain of a document at each position, from 0. */
function gain(places: readonly number[]): number {
  return places.reduce((sum, place) => sum + 1 / Math.log2(place + 2), 0);
}
