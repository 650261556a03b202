import { dirname, join } from 'node:path';
import { GraphError, implement, modelSource } from '@graft/graph';
import { adapterLocation } from './adapter-location.ts';
import { loadAdapter } from './node.ts';

export const run = implement(loadAdapter, async (ctx, { model }, params) => {
  const files = ctx.sources.flatMap((source) => (source.kind === 'files' ? source.files : []));
  const location = { node: ctx.node, param: 'path' };
  let copies = '';
  try {
    const place = adapterLocation(files, params.path);
    const own = files.filter(({ path }) => path === place || dirname(path) === place);
    copies = await ctx.copies(own);
    const folder = await ctx.scratch();
    const training = await ctx.backends.training();
    const request = { path: join(copies, place), model: modelSource(model), folder };
    const info = await training.importAdapter(request, ctx.signal);
    return { adapter: { path: folder, info } };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    // People know the file by its place in the workspace, not by that of the copy.
    const known = (text: string): string =>
      copies === '' ? text : text.replaceAll(join(copies, '/'), '');
    const { code, audience, cause } = error;
    const { file } = error.location;
    throw new GraphError(code, known(error.message), {
      ...{ audience, cause },
      location: { ...location, ...(file === undefined ? {} : { file: known(file) }) },
    });
  }
});
