import { implementItems, searchedText } from '@graft/graph';
import { embed } from './node.ts';

export const run = implementItems(embed, {
  async runItems(ctx, batch, { trained }, params): Promise<readonly Float32Array[]> {
    const { model, dimensions: dimension, prompt } = params;
    const use = { texts: 'passages', dimension, prompt } as const;
    const embedder = await ctx.backends.embedder(trained ?? model, use);
    return embedder.embed(batch.map(searchedText), ctx.signal);
  },
  *expand(row, vector) {
    yield { ...row, vector };
  },
});
