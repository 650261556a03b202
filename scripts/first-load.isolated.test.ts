import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Leaves out what is imported on demand. */
const onDemand: Plugin = {
  name: 'on demand',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
};

/** The modules that the first load brings: those of which anything is left once unused code is gone. */
async function modulesOfScreen(): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [join(root, 'apps/web/shell/workbench.tsx')],
    absWorkingDir: root,
    outdir: 'unwritten',
    ...{ bundle: true, write: false, metafile: true, plugins: [onDemand] },
    ...{ format: 'esm', platform: 'browser', jsx: 'automatic', logLevel: 'silent' },
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.css': 'empty' },
  });
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? path : [])),
  );
}

it('loads heavy libraries on demand', async () => {
  const modules = await modulesOfScreen();
  expect(modules).toContain('apps/web/features/canvas/graph-node.tsx');
  expect(
    modules.filter((path) => /node_modules\/(@codemirror|elkjs|umap-js)\//.test(path)),
  ).toEqual([]);
});
