import { GraphError, implement } from '@graft/graph';
import { indexKind } from './index-kind.ts';
import { index } from './node.ts';

export const run = implement(index, async (ctx, { embeddings }, params) => {
  const embedder = ctx.inputFacets['embeddings']?.embedder;
  if (embedder?.digest === undefined) {
    throw new GraphError(
      'bad-input',
      'The chunks do not say which embedder made their vectors. Connect the output of an Embed node.',
      {
        location: { node: ctx.node, port: 'embeddings' },
      },
    );
  }
  if (embeddings.count === 0) {
    throw new GraphError(
      'bad-input',
      'No chunks arrived, so there is nothing to index. Connect the chunks of an Embed node.',
      {
        location: { node: ctx.node, port: 'embeddings' },
      },
    );
  }
  const folder = await ctx.scratch();
  const previous = await ctx.previous('index');
  const { rows } = await ctx.backends.buildIndex({
    rows: () =>
      counted(embeddings.rows(), (done) => {
        ctx.signal.throwIfAborted();
        ctx.progress({ done, total: embeddings.count, unit: 'chunks' });
      }),
    dimension: embedder.dimension,
    folder,
    language: params.language,
    kind: indexKind(params.kind, embeddings.count),
    ...(previous === undefined ? {} : { previous }),
  });
  const { model, digest, dimension } = embedder;
  return {
    index: { path: folder, info: { rows, dimension, embedder: model, embedderDigest: digest } },
  };
});

async function* counted<Row>(
  rows: AsyncIterable<Row>,
  report: (done: number) => void,
): AsyncGenerator<Row> {
  let done = 0;
  for await (const row of rows) {
    yield row;
    done += 1;
    if (done % 500 === 0) report(done);
  }
  report(done);
}
