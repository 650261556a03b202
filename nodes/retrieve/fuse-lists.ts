import type { Hit } from '@graft/graph';

/**
 * Reciprocal rank fusion of the lists of several wordings of one question (RAG-Fusion, after Cormack, Clarke and
 * Büttcher 2009): score = Σ weight / (rrf + rank), the first list, of the question itself, having weight 1. A hit keeps the best cosine and BM25 score that it had; equal scores stand
 * as the first list that has them says.
 */
export function fuseLists(
  lists: readonly (readonly Hit[])[],
  { k, rrf, weight }: { readonly k: number; readonly rrf: number; readonly weight: number },
): Hit[] {
  const fused = new Map<string, Hit>();
  const weighted = lists.flatMap((list, at) =>
    list.map((hit) => ({ hit, part: (at === 0 ? 1 : weight) / (rrf + hit.rank) })),
  );
  for (const { hit, part } of weighted) {
    const known = fused.get(hit.chunk.id);
    const score = (known?.score ?? 0) + part;
    const scores = {
      ...best('dense', known, hit),
      ...best('bm25', known, hit),
      ...{ versions: (known?.scores.versions ?? 0) + 1, rrf: score },
    };
    fused.set(hit.chunk.id, { ...hit, score, scores });
  }
  return [...fused.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, k)
    .map((hit, at) => ({ ...hit, rank: at + 1 }));
}

function best(name: 'dense' | 'bm25', ...hits: (Hit | undefined)[]): Partial<Hit['scores']> {
  const values = hits.flatMap((hit) => hit?.scores[name] ?? []);
  return values.length === 0 ? {} : { [name]: Math.max(...values) };
}
