import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Leaves out what is imported when it is asked for. */
const onDemand: Plugin = {
  name: 'on demand',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
};

/** The modules that a part of the web app comes with: those of which anything is left once what is unused is gone. */
async function modulesOf(part: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [join(root, 'apps/web', part)],
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

const isDefinition = (module: string): boolean =>
  /(^|\/)nodes\/.*(node|definition)\.ts$/.test(module);
const isSchemas = (module: string): boolean => module.includes('node_modules/zod/');

it('draws the canvas without node types and schemas, so that one more node type costs the first load nothing', async () => {
  const first = await modulesOf('shell/workbench.tsx');
  expect(first).toContain('apps/web/canvas/graph-node.tsx');
  expect(first.filter((module) => isDefinition(module) || isSchemas(module))).toEqual([]);
});

it('keeps them out of what is fetched by itself while the first graph is on its way', async () => {
  for (const part of ['state/source-changes.ts', 'canvas/node-curve.tsx']) {
    const modules = await modulesOf(part);
    expect(modules.filter((module) => isDefinition(module) || isSchemas(module))).toEqual([]);
  }
});

it('brings them with what asks for them', async () => {
  expect((await modulesOf('state/schema-rules.ts')).some(isSchemas)).toBe(true);
  const page = await modulesOf('app/page.tsx');
  expect(page.filter(isDefinition)).toEqual([]);
  expect((await modulesOf('../../nodes/definitions.gen.ts')).some(isDefinition)).toBe(true);
});
