import { implement, modelSource } from '@graft/graph';
import { randomModel } from './node.ts';

export const run = implement(randomModel, async (ctx, { like }, params) => {
  const folder = await ctx.scratch();
  const training = await ctx.backends.training();
  const request = { like: modelSource(like), ...params, folder };
  return { model: { path: folder, info: await training.randomModel(request, ctx.signal) } };
});
