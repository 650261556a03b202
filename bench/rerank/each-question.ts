import type { Embedder, QuestionHits } from '@graft/graph';

type TokenVectors = Awaited<ReturnType<Embedder['embedTokens']>>[number];

/**
 * Late interaction as it is first written, and as the node did it until token vectors were kept by chunk: each
 * question embeds its own hits. Gives the mean of best cosines of every hit.
 */
export async function scoreEachQuestion(
  embedder: Embedder,
  { question, hits }: QuestionHits,
): Promise<number[]> {
  const texts = [question.question, ...hits.map(({ chunk }) => chunk.text)];
  const [query, ...passages] = await embedder.embedTokens(texts, new AbortController().signal);
  if (query === undefined) return [];
  return passages.map((passage) => maxSim(query, passage, embedder.dimension));
}

function maxSim(query: TokenVectors, passage: TokenVectors, dimension: number): number {
  if (query.tokens === 0 || passage.tokens === 0) return -1;
  let sum = 0;
  for (let q = 0; q < query.tokens; q += 1) {
    let best = -1;
    for (let p = 0; p < passage.tokens; p += 1) {
      let dot = 0;
      for (let d = 0; d < dimension; d += 1) {
        dot += (query.vectors[q * dimension + d] ?? 0) * (passage.vectors[p * dimension + d] ?? 0);
      }
      if (dot > best) best = dot;
    }
    sum += best;
  }
  return sum / query.tokens;
}
