import { dirname, join } from 'node:path';
import { GraphError, implement, modelSource, type SourceFile } from '@graft/graph';
import { loadAdapter } from './node.ts';

/** The file that identifies a PEFT folder. */
const config = 'adapter_config.json';

/**
 * Finds the adapter among files: the folder of its `adapter_config.json`, the topmost first, else the only `.gguf`
 * file; returns a workspace path. Throws `bad-input` if there is none, or several to choose from.
 */
export function adapterLocation(files: readonly SourceFile[], path: string): string {
  const configs = files.filter((file) => file.path.split('/').at(-1) === config);
  const depth = Math.min(...configs.map(depthOf));
  const adapters = configs.filter((file) => depthOf(file) === depth);
  const folders = adapters.length > 0;
  const choices = folders ? adapters : files.filter((file) => file.path.endsWith('.gguf'));
  const [only] = choices;
  if (only === undefined) {
    throw new GraphError(
      'bad-input',
      `"${path}" holds no adapter: it has neither ${config} nor a .gguf file. Choose another folder.`,
    );
  }
  if (choices.length > 1) {
    const names = choices.slice(0, 5).map((file) => (folders ? dirname(file.path) : file.path));
    const more = choices.length > names.length ? ', …' : '';
    throw new GraphError(
      'bad-input',
      `"${path}" holds ${choices.length} adapters (${names.join(', ')}${more}). Choose one of them.`,
    );
  }
  return folders ? dirname(only.path) : only.path;
}

function depthOf(file: SourceFile): number {
  return file.path.split('/').length;
}

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
    // People know the file by its path in the workspace, not by that of the copy.
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
