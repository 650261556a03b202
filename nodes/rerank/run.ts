import { implementItems, type QuestionHits, type RunContext, vectorSchema } from '@graft/graph';
import { maxSim, type TokenVectors } from './max-sim.ts';
import { rerank } from './node.ts';

/** Position of a hit in the incoming order, its new score, and the part of it that this node computed. */
interface Placed {
  readonly from: number;
  readonly score: number;
  readonly rerank: number;
}

export const run = implementItems(rerank, {
  async runItems(ctx, batch, _inputs, params): Promise<readonly (readonly Placed[])[]> {
    const results: (readonly Placed[])[] = [];
    const score =
      params.method === 'cross-encoder'
        ? (row: QuestionHits) => crossEncode(ctx, row, params.model)
        : await lateInteraction(ctx, batch, params.embedder);
    for (const row of batch) {
      ctx.signal.throwIfAborted();
      const scores = await score(row);
      const placed =
        params.method === 'cross-encoder'
          ? scores.map((score, from) => ({ from, score, rerank: score }))
          : fuse(scores, params);
      placed.sort((a, b) => b.score - a.score || a.from - b.from);
      results.push(placed.slice(0, params.top));
    }
    return results;
  },
  *expand(row, placed) {
    const hits = placed.flatMap(({ from, score, rerank: part }, at) => {
      const hit = row.hits[from];
      return hit === undefined
        ? []
        : [{ ...hit, rank: at + 1, score, scores: { ...hit.scores, rerank: part } }];
    });
    yield { ...row, hits };
  },
});

async function crossEncode(ctx: RunContext, row: QuestionHits, model: string): Promise<number[]> {
  if (row.hits.length === 0) return [];
  const encoder = await ctx.backends.crossEncoder(model);
  const passages = row.hits.map(({ chunk }) => chunk.text);
  return encoder.score(row.question.question, passages, ctx.signal);
}

/**
 * Scores rows of a batch by token vectors. A chunk is a hit of many questions: its vectors are computed once, by its
 * text, and kept for later batches and runs.
 */
async function lateInteraction(
  ctx: RunContext,
  batch: readonly QuestionHits[],
  model: string,
): Promise<(row: QuestionHits) => Promise<number[]>> {
  const rows = batch.filter(({ hits }) => hits.length > 0);
  if (rows.length === 0) return () => Promise.resolve([]);
  const embedder = await ctx.backends.embedder(model);
  const { dimension } = embedder;
  const memo = await ctx.memo('token-vectors', vectorSchema, async (texts) => {
    const embedded = await embedder.embedTokens(texts, ctx.signal);
    return embedded.map(({ vectors }) => vectors);
  });
  await memo.fill(
    rows.flatMap(({ question, hits }) => [
      question.question,
      ...hits.map(({ chunk }) => chunk.text),
    ]),
  );
  return async ({ question, hits }) => {
    const query = tokensOf(await memo.get(question.question), dimension);
    const scores: number[] = [];
    for (const { chunk } of hits) {
      scores.push(maxSim(query, tokensOf(await memo.get(chunk.text), dimension), dimension));
    }
    return scores;
  };
}

function tokensOf(vectors: Float32Array, dimension: number): TokenVectors {
  return { tokens: vectors.length / dimension, vectors };
}

/** Weighted reciprocal rank fusion of the incoming order and the order by `scores`. */
function fuse(
  scores: readonly number[],
  { weight, rrf }: { weight: number; rrf: number },
): Placed[] {
  const order = scores
    .map((_, from) => from)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const rankOf = new Map(order.map((from, at) => [from, at + 1]));
  return scores.map((part, from) => ({
    from,
    score: 1 / (rrf + from + 1) + weight / (rrf + (rankOf.get(from) ?? scores.length)),
    rerank: part,
  }));
}
