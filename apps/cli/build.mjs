import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const dist = path.join(here, 'dist');

/** Hundreds of small files, all of them needed to start: bundled, they load eight times faster. */
const bundledPackages = new Set(['kysely']);

/** npm packages stay where npm put them; workspace packages, which are TypeScript sources, are bundled. */
const npmPackagesOutside = {
  name: 'npm-packages-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
      if (kind === 'entry-point' || name.startsWith('@graft/') || bundledPackages.has(name)) {
        return undefined;
      }
      return { path: name, external: true };
    });
  },
};

const { metafile } = await build({
  entryPoints: {
    graft: path.join(here, 'main.ts'),
    // For tests that run many commands in one process.
    'command-line': path.join(here, 'command-line.ts'),
    worker: path.join(here, 'worker.ts'),
    trainer: path.join(here, 'trainer.ts'),
    converter: path.join(here, 'converter.ts'),
  },
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // Each command is loaded when it is called, and shares its code with the others.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  sourcesContent: false,
  jsx: 'automatic',
  plugins: [npmPackagesOutside],
  logLevel: 'warning',
  metafile: true,
});

// Chunks of earlier builds; removed last, so that a command running meanwhile finds its own.
const written = new Set(Object.keys(metafile.outputs).map((file) => path.resolve(file)));
for (const name of await readdir(dist)) {
  const file = path.join(dist, name);
  if (!written.has(file)) await rm(file);
}
