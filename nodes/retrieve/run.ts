import { GraphError, type Hit, implementItems } from '@graft/graph';
import { retrieve } from './node.ts';

export const run = implementItems(retrieve, {
  async runItems(ctx, batch, { index }, params): Promise<readonly (readonly Hit[])[]> {
    const opened = await ctx.backends.openIndex(index.path, index.info);
    const vectors = params.mode === 'bm25' ? [] : await embedQuestions();
    const { mode, k, rrf } = params;
    return Promise.all(
      batch.map((question, at) => {
        const vector = vectors[at];
        return opened.search(
          {
            mode,
            text: question.question,
            ...(vector === undefined ? {} : { vector }),
            k,
            candidates: Math.max(k, params.candidates),
            rrf,
            filter: { paths: params.paths, metadata: params.metadata },
          },
          ctx.signal,
        );
      }),
    );

    async function embedQuestions(): Promise<Float32Array[]> {
      const name = params.embedder === '' ? index.info.embedder : params.embedder;
      // The plan refuses this already where the facets are known.
      if (ctx.models.facts(name).digest !== index.info.embedderDigest) {
        throw new GraphError(
          'facet-mismatch',
          `The index was made with ${index.info.embedder} (${index.info.dimension} wide), but the questions would be embedded with other weights, ${name}. Embed the chunks again, or choose the same embedder.`,
          { location: { node: ctx.node, port: 'index', param: 'embedder' } },
        );
      }
      const embedder = await ctx.backends.embedder(name);
      return embedder.embed(
        batch.map(({ question }) => question),
        ctx.signal,
      );
    }
  },
  *expand(question, hits) {
    yield { id: question.id, question, hits: [...hits] };
  },
});
