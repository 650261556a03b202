import { implement } from '@graft/graph';
import { weightedAdapters } from '../kit/training/weighted-adapters.ts';
import { mergeAdapters } from './node.ts';

export const run = implement(mergeAdapters, async (ctx, inputs, { weights, ...options }) => {
  const adapters = weightedAdapters(inputs.adapters, weights, { node: ctx.node, param: 'weights' });
  const folder = await ctx.scratch();
  const training = await ctx.backends.training();
  const info = await training.mergeAdapters({ ...options, adapters, folder }, ctx.signal);
  return { adapter: { path: folder, info } };
});
