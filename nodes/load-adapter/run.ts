import { GraphError, implement, modelSource } from '@graft/graph';
import { adapterLocation } from './adapter-location.ts';
import { loadAdapter } from './node.ts';

export const run = implement(loadAdapter, async (ctx, { model }, params) => {
  const files = ctx.sources.flatMap((source) => (source.kind === 'files' ? source.files : []));
  const location = { node: ctx.node, param: 'path' };
  try {
    const path = adapterLocation(files, params.path);
    const folder = await ctx.scratch();
    const training = await ctx.backends.training();
    const request = { path, model: modelSource(model), folder };
    const info = await training.importAdapter(request, ctx.signal);
    return { adapter: { path: folder, info } };
  } catch (error) {
    throw error instanceof GraphError ? GraphError.from(error, location) : error;
  }
});
