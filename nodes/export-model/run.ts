import { implement } from '@graft/graph';
import { exportFolder, filesBelow } from '../kit/export/export-folder.ts';
import { exportModel } from './node.ts';

export const run = implement(exportModel, async (ctx, { model }, { path }) => {
  const { id, weights } = model.info;
  const folder = weights === undefined ? await ctx.models.fetch(id) : model.path;
  const files = new Map((await filesBelow(folder)).map(({ name, path: file }) => [name, file]));
  return { metrics: await exportFolder(ctx, { path, digest: model.digest, files }) };
});
