import {
  type Chunk,
  type ConnectedCrossEncoder,
  GraphError,
  type HitScores,
  implementItems,
  ItemFailure,
  type ParamsOf,
  type QuestionHits,
  type RunContext,
  searchedText,
  vectorSchema,
  globMatcher,
  type Hit,
} from '@graft/graph';
import { greatest, least } from '../kit/evaluation/numeric.ts';
import { refusedAlone, remoteUse } from '../kit/remote/remote-use.ts';
import { hitQuality, trustOf, type TrustOf } from './hit-quality.ts';
import { leaningScorer } from './leaning-scorer.ts';
import { maxSim, type TokenVectors } from './max-sim.ts';
import { isFused, noCrossEncoder, rerank } from './node.ts';

type Params = ParamsOf<typeof rerank>;

/** A hit's position in the incoming order, its new score, and the parts that this node computed. */
interface Placed {
  readonly from: number;
  readonly score: number;
  readonly parts: HitScores;
}

/** For each step, the globs that no hit has matched so far. */
const lone = new WeakMap<RunContext, LoneGlobs>();

export const run = implementItems(rerank, {
  async runItems(
    ctx,
    batch,
    { model, trained },
    params,
  ): Promise<readonly (readonly Placed[] | ItemFailure)[]> {
    const results: (readonly Placed[] | ItemFailure)[] = [];
    const score =
      params.method === 'language-model'
        ? await leaningScorer(ctx, batch, { model, params })
        : await scorer(ctx, batch, { ...params, method: params.method, trained });
    const [today, trust] = [todayOf(ctx, params.today), trustOf(params)];
    for (const row of batch) {
      ctx.signal.throwIfAborted();
      const scores = await score(row);
      if (scores instanceof ItemFailure) {
        results.push(scores);
        continue;
      }
      const topics = placeByTopic(scores, row, params);
      const placed =
        params.quality === 0 ? topics : withQuality(topics, row, { params, today, trust });
      placed.sort((a, b) => b.score - a.score || a.from - b.from);
      results.push(placed.slice(0, params.top));
    }
    return results;
  },
  *expand(row, placed) {
    const hits = placed.flatMap(({ from, score, parts }, at) => {
      const hit = row.hits[from];
      return hit === undefined
        ? []
        : [
            {
              ...{ ...hit, rank: at + 1, before: hit.rank, score },
              scores: { ...hit.scores, ...parts },
            },
          ];
    });
    yield { ...row, hits };
  },
  watch(ctx, params) {
    const globs = loneGlobs(params);
    lone.set(ctx, globs);
    return ({ hits }) => globs.see(hits);
  },
  finish(ctx) {
    const note = lone.get(ctx)?.note();
    if (note !== undefined) ctx.log('warning', note);
  },
});

/** Scores a row's hits by topic; undefined without a topic method. */
export type Scorer = (row: QuestionHits) => Promise<number[] | ItemFailure | undefined>;

function scorer(
  ctx: RunContext,
  batch: readonly QuestionHits[],
  {
    method,
    model,
    embedder,
    trained,
  }: Params & {
    readonly method: Exclude<Params['method'], 'language-model'>;
    readonly trained: ConnectedCrossEncoder | undefined;
  },
): Promise<Scorer> {
  switch (method) {
    case 'cross-encoder':
      return Promise.resolve((row) => crossEncode(ctx, row, { model, textOf: ({ text }) => text }));
    case 'trained':
      if (trained === undefined) {
        throw new GraphError('bad-input', noCrossEncoder, {
          location: { node: ctx.node, port: 'trained' },
        });
      }
      // Its scale depends on what is searched.
      return Promise.resolve((row) =>
        crossEncode(ctx, row, { model: trained, textOf: searchedText }),
      );
    case 'late-interaction':
      return lateInteraction(ctx, batch, embedder);
    case 'none':
      return Promise.resolve(() => Promise.resolve(undefined));
  }
}

/** By the model's score, the fused order, or the incoming one; if quality counts, by 1 / (rrf + rank) of it. */
function placeByTopic(
  scores: readonly number[] | undefined,
  { hits }: QuestionHits,
  params: Params,
): Placed[] {
  if (scores !== undefined && isFused(params.method)) return fuse(scores, params);
  const given = scores ?? hits.map((_, from) => -from);
  const ranks = ranksOf(given);
  return hits.map((hit, from) => {
    const score = scores === undefined ? hit.score : (given[from] ?? 0);
    return {
      from,
      score: params.quality > 0 ? 1 / (params.rrf + (ranks[from] ?? hits.length)) : score,
      parts: scores === undefined ? {} : { rerank: score },
    };
  });
}

/** Topic times quality. */
function withQuality(
  topics: readonly Placed[],
  { hits }: QuestionHits,
  {
    params,
    today,
    trust,
  }: { readonly params: Params; readonly today: number; readonly trust: TrustOf },
): Placed[] {
  const { rrf, weight, method } = params;
  const best = (isFused(method) ? 1 + weight : 1) / (rrf + 1);
  const nearness = nearnesses(topics, hits, method);
  const qualities = hitQuality(
    hits.map(({ chunk }) => chunk),
    params,
    { today, trust },
  );
  return topics.map(({ from, score, parts }) => {
    const topic = (score / best) * (nearness[from] ?? 1);
    const own = qualities[from] ?? { quality: 1 };
    return { from, score: topic * own.quality, parts: { ...parts, topic, ...own } };
  });
}

/**
 * How close each hit is to the question, from 0 to 1, with 1 for the closest. Ranks alone hide the distances: quality
 * would prefer a better page that misses the point to the only one that answers.
 */
function nearnesses(
  topics: readonly Placed[],
  hits: QuestionHits['hits'],
  method: Params['method'],
): number[] {
  const cosines = hits.flatMap(({ scores }) => scores.dense ?? []);
  // A hit found only by words is no closer than all hits found by meaning.
  const farthest = cosines.length === 0 ? 1 : least(cosines);
  const best = greatest(topics.map(({ parts: { rerank = 0 } }) => rerank));
  const values = topics.map(({ from, parts: { rerank = 0 } }) => {
    switch (method) {
      case 'none':
        return hits[from]?.scores.dense ?? farthest;
      case 'cross-encoder':
        // An independent logit.
        return 1 / (1 + Math.exp(-rerank));
      case 'trained':
        // Trained with a softmax over the list: it has no zero, and only differences matter.
        return Math.exp(rerank - best);
      case 'late-interaction':
      case 'language-model':
        return rerank;
    }
  });
  const nearest = greatest(values);
  return values.map((value) => (nearest > 0 ? Math.max(0, value) / nearest : 1));
}

/** In milliseconds: the given day, or the day on which the run began. */
function todayOf({ sources }: RunContext, given: string): number {
  const present = sources.flatMap((source) => (source.kind === 'clock' ? [source.since] : []));
  return Date.parse(given === '' ? (present[0] ?? '') : given);
}

async function crossEncode(
  ctx: RunContext,
  row: QuestionHits,
  {
    model,
    textOf,
  }: {
    readonly model: string | ConnectedCrossEncoder;
    readonly textOf: (chunk: Chunk) => string;
  },
): Promise<number[] | ItemFailure> {
  if (row.hits.length === 0) return [];
  const encoder = await ctx.backends.crossEncoder(model, remoteUse(ctx, 'trained'));
  const passages = row.hits.map(({ chunk }) => textOf(chunk));
  try {
    return await encoder.score(row.question.question, passages, ctx.signal);
  } catch (error) {
    return refusedAlone(encoder, error);
  }
}

/**
 * Scores rows of a batch by token vectors. A chunk is a hit of many questions, so its vectors are computed once for
 * each text and cached for later batches and runs.
 */
async function lateInteraction(
  ctx: RunContext,
  batch: readonly QuestionHits[],
  model: string,
): Promise<Scorer> {
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
function fuse(scores: readonly number[], { weight, rrf }: Params): Placed[] {
  const ranks = ranksOf(scores);
  return scores.map((rerank, from) => ({
    from,
    score: 1 / (rrf + from + 1) + weight / (rrf + (ranks[from] ?? scores.length)),
    parts: { rerank },
  }));
}

/** Ranks by score, from 1; of equal scores the earlier comes first. */
function ranksOf(scores: readonly number[]): number[] {
  const ranks: number[] = [];
  scores
    .map((_, from) => from)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
    .forEach((from, at) => (ranks[from] = at + 1));
  return ranks;
}

export interface LoneGlobs {
  see(hits: readonly Hit[]): void;
  /** A warning about globs that no hit so far matched; undefined if there are none. */
  note(): string | undefined;
}

/** Watches for globs of `trust` that match nothing, such as one written for another folder. */
export function loneGlobs({
  trust,
  trustWeight,
  quality,
}: Pick<ParamsOf<typeof rerank>, 'trust' | 'trustWeight' | 'quality'>): LoneGlobs {
  const counts = quality > 0 && trustWeight > 0;
  const left = new Map((counts ? Object.keys(trust) : []).map((glob) => [glob, globMatcher(glob)]));
  let seen: string | undefined;
  return {
    see(hits) {
      if (left.size === 0) return;
      for (const { chunk } of hits) {
        seen ??= chunk.source.path;
        for (const [glob, matches] of left) if (matches(chunk.source.path)) left.delete(glob);
      }
    },
    note() {
      if (left.size === 0 || seen === undefined) return undefined;
      const globs = [...left.keys()].map((glob) => `“${glob}”`).join(', ');
      return `No hit matches ${globs} of Trusted. Paths look like “${seen}”; “**/archive/**” matches that folder anywhere.`;
    },
  };
}
