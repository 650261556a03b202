import {
  type Hit,
  type HitScores,
  implementItems,
  type ParamsOf,
  type QuestionHits,
  type RunContext,
  searchedText,
  vectorSchema,
} from '@graft/graph';
import { likeness, type Sketch, sketchOf, wordPairs } from '../kit/text/word-pair-sketch.ts';
import { marginalOrder } from './marginal-order.ts';
import { diversify } from './node.ts';

type Params = ParamsOf<typeof diversify>;

/** A hit's position in the incoming order, and this node's scores for it. */
interface Chosen {
  readonly from: number;
  readonly parts: HitScores;
}

export const run = implementItems(diversify, {
  async runItems(ctx, batch, _inputs, params): Promise<readonly (readonly Chosen[])[]> {
    const kept = batch.map((row) => withoutDuplicates(row, params));
    if (params.lambda === 1) return kept.map((chosen) => chosen.slice(0, params.top));
    const vectorOf = await vectors(ctx, batch, { kept, params });
    const results: Chosen[][] = [];
    for (const [at, row] of batch.entries()) {
      ctx.signal.throwIfAborted();
      results.push(await chooseByMargin(row, kept[at] ?? [], { vectorOf, params }));
    }
    return results;
  },
  *expand(row, chosen) {
    const hits = chosen.flatMap(({ from, parts }, at): Hit[] => {
      const hit = row.hits[from];
      if (hit === undefined) return [];
      const score = parts.mmr ?? hit.score;
      const ranks = { rank: at + 1, before: hit.rank };
      return [{ ...hit, ...ranks, score, scores: { ...hit.scores, ...parts } }];
    });
    yield { ...row, hits };
  },
});

/** The better of near-duplicates, and no more of a document than allowed. */
function withoutDuplicates({ hits }: QuestionHits, { duplicates, perDocument }: Params): Chosen[] {
  const kept: { from: number; sketch: Sketch; words: string; left: number }[] = [];
  const ofDocument = new Map<string, number>();
  for (const [from, { chunk }] of hits.entries()) {
    const pairs = wordPairs(chunk.text);
    const sketch = sketchOf(pairs);
    const words = pairs.join(' ');
    const same =
      duplicates === 0
        ? undefined
        : kept.find((earlier) =>
            duplicates === 1
              ? earlier.words === words
              : likeness(earlier.sketch, sketch) >= duplicates,
          );
    if (same !== undefined) {
      same.left += 1;
      continue;
    }
    const { documentId } = chunk.source;
    const count = (ofDocument.get(documentId) ?? 0) + 1;
    if (perDocument > 0 && count > perDocument) continue;
    ofDocument.set(documentId, count);
    kept.push({ from, sketch, words, left: 0 });
  }
  return kept.map(({ from, left }) => ({ from, parts: left === 0 ? {} : { duplicates: left } }));
}

type VectorOf = (hit: Hit) => Promise<Float32Array>;

/** Vectors of chunks, computed once for each text and cached for later batches and runs. */
async function vectors(
  ctx: RunContext,
  batch: readonly QuestionHits[],
  { kept, params }: { readonly kept: readonly (readonly Chosen[])[]; readonly params: Params },
): Promise<VectorOf> {
  const memo = await ctx.memo('vectors', vectorSchema, async (texts) => {
    const embedder = await ctx.backends.embedder(params.embedder);
    return embedder.embed(texts, ctx.signal);
  });
  await memo.fill(
    batch.flatMap(({ hits }, at) =>
      (kept[at] ?? []).flatMap(({ from }) => {
        const hit = hits[from];
        return hit === undefined ? [] : [searchedText(hit.chunk)];
      }),
    ),
  );
  return (hit) => memo.get(searchedText(hit.chunk));
}

async function chooseByMargin(
  { hits }: QuestionHits,
  kept: readonly Chosen[],
  { vectorOf, params }: { readonly vectorOf: VectorOf; readonly params: Params },
): Promise<Chosen[]> {
  const candidates: { readonly relevance: number; readonly vector: Float32Array }[] = [];
  for (const { from } of kept) {
    const hit = hits[from];
    if (hit === undefined) continue;
    candidates.push({ relevance: hit.score, vector: await vectorOf(hit) });
  }
  return marginalOrder(candidates, params).flatMap(({ at, value }) => {
    const chosen = kept[at];
    return chosen === undefined
      ? []
      : [{ from: chosen.from, parts: { ...chosen.parts, mmr: value } }];
  });
}
