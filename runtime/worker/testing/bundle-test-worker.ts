import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Path of the test worker's source. */
export const testWorkerSource = fileURLToPath(new URL('./test-worker.ts', import.meta.url));

/** The test worker bundled as the command bundles its own: it starts in a fraction of the time. */
export async function bundleTestWorker(): Promise<{ entry: string; remove(): Promise<void> }> {
  // Below this package, so that npm packages resolve.
  const dist = join(import.meta.dirname, '../dist');
  await mkdir(dist, { recursive: true });
  const folder = await mkdtemp(join(dist, 'test-'));
  const entry = join(folder, 'worker.mjs');
  await build({
    entryPoints: [testWorkerSource],
    outfile: entry,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
    plugins: [
      {
        name: 'npm-packages-outside',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@graft/')
              ? undefined
              : { path, external: true },
          );
        },
      },
    ],
  });
  return { entry, remove: () => rm(folder, { recursive: true, force: true }) };
}
