import { adapterGguf, GraphError, implement } from '@graft/graph';
import { exportFolder, filesBelow } from '../kit/export/export-folder.ts';
import { exportAdapter } from './node.ts';

export const run = implement(exportAdapter, async (ctx, { adapter }, { path, dtype, form }) => {
  const files = new Map((await filesBelow(adapter.path)).map((file) => [file.name, file.path]));
  if (dtype !== 'f32') {
    const folder = await ctx.scratch();
    const training = await ctx.backends.training();
    await training.encodeAdapter({ adapter, encoding: dtype, folder }, ctx.signal);
    for (const file of await filesBelow(folder)) files.set(file.name, file.path);
  }
  if (form === 'gguf' && !files.has(adapterGguf)) {
    throw new GraphError(
      'bad-param',
      'GGUF cannot hold a DoRA adapter. Set the format to peft, or merge the adapter into its base.',
      { location: { node: ctx.node, param: 'form' } },
    );
  }
  for (const name of files.keys()) {
    if (form === 'peft' && name === adapterGguf) files.delete(name);
    if (form === 'gguf' && name.startsWith('adapter_')) files.delete(name);
  }
  return { metrics: await exportFolder(ctx, { path, digest: adapter.digest, files }) };
});
