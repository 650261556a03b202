import { implement } from '@graft/graph';
import { exportFolder, filesBelow } from '../kit/export/export-folder.ts';
import { exportAdapter } from './node.ts';

export const run = implement(exportAdapter, async (ctx, { adapter }, { path }) => {
  const files = new Map(
    (await filesBelow(adapter.path)).map(({ name, path: file }) => [name, file]),
  );
  return { metrics: await exportFolder(ctx, { path, digest: adapter.digest, files }) };
});
