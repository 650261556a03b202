import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const dist = path.join(here, 'dist');

/** npm packages stay where npm put them; workspace packages, which are TypeScript sources, are bundled. */
const npmPackagesOutside = {
  name: 'npm-packages-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
      if (kind === 'entry-point' || name.startsWith('@graft/')) return undefined;
      return { path: name, external: true };
    });
  },
};

await rm(dist, { recursive: true, force: true });
const { version } = JSON.parse(await readFile(path.join(here, 'package.json'), 'utf8'));
await build({
  entryPoints: {
    graft: path.join(here, 'main.ts'),
    worker: path.join(here, 'worker.ts'),
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
  define: { GRAFT_VERSION: JSON.stringify(version) },
  plugins: [npmPackagesOutside],
  logLevel: 'warning',
});
