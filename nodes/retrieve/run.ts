import {
  GraphError,
  type Hit,
  implementItems,
  type RunContext,
  type ConnectedEmbedder,
} from '@graft/graph';
import { remoteUse } from '../kit/remote/remote-use.ts';
import { retrieve } from './node.ts';

/** Questions. Each holds all its candidates, perhaps thousands of whole chunks, until they are fused and cut. */
const searchedAtOnce = 4;

/** For each step, the questions without hits. */
const found = new WeakMap<RunContext, { without: number; all: number }>();

export const run = implementItems(retrieve, {
  async runItems(ctx, batch, { index, trained }, params): Promise<readonly (readonly Hit[])[]> {
    const opened = await ctx.backends.openIndex(index.path, index.info);
    const { mode, k, rrf, variantWeight: weight } = params;
    const candidates = Math.max(k, params.candidates);
    const wordings = batch.map(({ question, variants = [] }) => [question, ...variants]);
    const vectors = mode === 'bm25' ? [] : await embedAll(wordings.flat());
    let next = 0;
    // They start in order, and so take their vectors in order.
    return inParts(wordings, async (texts) => {
      const searches = texts.map((text) => {
        const vector = vectors[next++];
        return opened.search(
          {
            ...{ mode, text, candidates, rrf },
            ...(vector === undefined ? {} : { vector }),
            k: texts.length === 1 ? k : candidates,
            filter: { paths: params.paths, metadata: params.metadata },
          },
          ctx.signal,
        );
      });
      const [own = [], ...others] = await Promise.all(searches);
      return others.length === 0 ? own : fuseLists([own, ...others], { k, rrf, weight });
    });

    async function embedAll(texts: readonly string[]): Promise<Float32Array[]> {
      const chosen = params.embedder === '' ? index.info.embedder : params.embedder;
      const { id, digest } = trained === undefined ? ctx.models.facts(chosen) : ofPassages(trained);
      // The plan already refuses this if the facets are known.
      if (digest !== index.info.embedderDigest) {
        throw new GraphError(
          'facet-mismatch',
          `The index was made with ${index.info.embedder} (${index.info.dimension} wide), but the questions would be embedded with other weights (${id}). Embed the chunks again, or choose the same embedder.`,
          { location: { node: ctx.node, port: 'index', param: 'embedder' } },
        );
      }
      const use = {
        texts: 'questions',
        dimension: index.info.dimension,
        prompt: params.prompt,
        ...remoteUse(ctx, 'trained'),
      } as const;
      const embedder = await ctx.backends.embedder(trained ?? chosen, use);
      return embedder.embed(texts, ctx.signal);
    }
  },
  *expand(question, hits) {
    yield { id: question.id, question, hits: [...hits] };
  },
  watch(ctx) {
    const counts = { without: 0, all: 0 };
    found.set(ctx, counts);
    return (_question, { hits }) => {
      counts.all += 1;
      if (hits.length === 0) counts.without += 1;
    };
  },
  finish(ctx, _result, { paths, metadata }) {
    const { without = 0, all = 0 } = found.get(ctx) ?? {};
    if (without === 0) return;
    const isFiltered = paths.length > 0 || Object.keys(metadata).length > 0;
    ctx.log(
      'warning',
      `No hits for ${without} of ${all} questions${isFiltered ? '. Check that “Only paths” and “Only metadata” leave chunks to search' : ': no chunk contains any of their words'}.`,
    );
  },
});

/** The results of each, several at once. */
async function inParts<Row, Result>(
  rows: readonly Row[],
  work: (row: Row) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < rows.length; at += searchedAtOnce) {
    const batch = rows.slice(at, at + searchedAtOnce);
    results.push(...(await Promise.all(batch.map(work))));
  }
  return results;
}

/** The embedder of the passages for a connected embedder's questions, as an index records it. */
function ofPassages({ info, digest }: ConnectedEmbedder): {
  readonly id: string;
  readonly digest: string;
} {
  if ('remote' in info) return info;
  return info.method === 'query-adapter' ? info.base : { id: info.id, digest };
}

/**
 * Reciprocal rank fusion of the lists of several wordings of a question (RAG-Fusion, after Cormack, Clarke and Büttcher
 * 2009): score = Σ weight / (rrf + rank); the first list, of the question itself, has weight 1. A hit keeps its best
 * cosine and BM25 score; hits of equal score keep the order of the first list with them.
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
