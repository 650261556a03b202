import { implementItems, type ItemFailure, searchedText } from '@graft/graph';
import { refusedAlone, remoteUse } from '../kit/remote/remote-use.ts';
import { embed } from './node.ts';

export const run = implementItems(embed, {
  async runItems(
    ctx,
    batch,
    { trained },
    params,
  ): Promise<readonly (Float32Array | ItemFailure)[]> {
    const { model, dimensions: dimension, prompt } = params;
    const use = { texts: 'passages', dimension, prompt, ...remoteUse(ctx, 'trained') } as const;
    const embedder = await ctx.backends.embedder(trained ?? model, use);
    try {
      return await embedder.embed(batch.map(searchedText), ctx.signal);
    } catch (error) {
      const failure = refusedAlone(embedder, error);
      return batch.map(() => failure);
    }
  },
  *expand(row, vector) {
    yield { ...row, vector };
  },
});
