import { type AdapterInfo, implement, type TreeInput, type WeightedAdapter } from '@graft/graph';
import { compareAdapters } from './node.ts';

export const run = implement(compareAdapters, async (ctx, { one, other }) => {
  const training = await ctx.backends.training();
  const rows = await training.compareAdapters(asIs(one), asIs(other), ctx.signal);
  return { metrics: rows };
});

function asIs({ path, info }: TreeInput<AdapterInfo>): WeightedAdapter {
  return { path, info, weight: 1 };
}
