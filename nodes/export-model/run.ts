import { implement } from '@graft/graph';
import { exportFolder, filesBelow } from '../kit/export/export-folder.ts';
import { exportModel } from './node.ts';

export const run = implement(exportModel, async (ctx, { model }, { path }) => {
  const { id, weights } = model.info;
  const files =
    weights === undefined
      ? await ctx.models.files(id)
      : new Map((await filesBelow(model.path)).map(({ name, path: file }) => [name, file]));
  return { metrics: await exportFolder(ctx, { path, digest: model.digest, files }) };
});
