import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { implement, type RunContext } from '@graft/graph';
import { exportFolder, filesBelow } from '../kit/export/export-folder.ts';
import { exportModel } from './node.ts';

export const run = implement(exportModel, async (ctx, { model }, { path }) => {
  const { id, weights } = model.info;
  const files = new Map(
    weights === undefined
      ? await ctx.models.files(id)
      : (await filesBelow(model.path)).map(({ name, path: file }) => [name, file]),
  );
  const [gguf, ...others] = [...files.keys()].filter((name) => name.endsWith('.gguf'));
  // Of a model in several parts Ollama takes none by a name.
  if (gguf !== undefined && others.length === 0) files.set(modelfile, await forOllama(ctx, gguf));
  return { metrics: await exportFolder(ctx, { path, digest: model.digest, files }) };
});

/** What `ollama create` reads: https://github.com/ollama/ollama/blob/main/docs/modelfile.md */
const modelfile = 'Modelfile';

/** Writes one for a GGUF beside it, which holds its own chat template; gives its path. */
async function forOllama(ctx: RunContext, gguf: string): Promise<string> {
  const file = join(await ctx.scratch(), modelfile);
  await writeFile(file, `FROM ./${gguf}\n`);
  return file;
}
