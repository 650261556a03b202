import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Path of the test worker's source. */
export const testWorkerSource = fileURLToPath(new URL('./test-worker.ts', import.meta.url));

export interface Bundle {
  readonly entry: string;
  remove(): Promise<void>;
}

/** The test worker bundled as the command bundles its own: it starts in a fraction of the time. */
export const bundleTestWorker = (): Promise<Bundle> => bundle(testWorkerSource);

/** A worker process with the real engines, whose node types only use a model. */
export const bundleModelWorker = (): Promise<Bundle> =>
  bundle(fileURLToPath(new URL('./model-worker.ts', import.meta.url)));

/** A process that opens a workspace and runs the graph of the kill test. */
export const bundleTestServer = (): Promise<Bundle> =>
  bundle(fileURLToPath(new URL('./test-server.ts', import.meta.url)));

/** A worker that takes steps from Postgres. */
export const bundleTestFleetWorker = (): Promise<Bundle> =>
  bundle(fileURLToPath(new URL('./test-fleet-worker.ts', import.meta.url)));

/** A process that runs a graph file of a workspace. */
export const bundleTestFileRun = (): Promise<Bundle> =>
  bundle(fileURLToPath(new URL('./test-file-run.ts', import.meta.url)));

/** A process that plans and starts many runs at once. */
export const bundleTestBurst = (): Promise<Bundle> =>
  bundle(fileURLToPath(new URL('./test-burst.ts', import.meta.url)));

/** A process that runs an experiment. */
export const bundleTestExperiment = (): Promise<Bundle> =>
  bundle(fileURLToPath(new URL('./test-experiment.ts', import.meta.url)));

/** A process that unpacks a package into a workspace. */
export const bundleTestUnpack = (): Promise<Bundle> =>
  bundle(fileURLToPath(new URL('./test-unpack.ts', import.meta.url)));

/** A process that takes an upload into a workspace. */
export const bundleTestUpload = (): Promise<Bundle> =>
  bundle(fileURLToPath(new URL('./test-upload.ts', import.meta.url)));

/** A process whose runs float promises that are rejected. */
export const bundleTestRejections = (): Promise<Bundle> =>
  bundle(fileURLToPath(new URL('./test-rejections.ts', import.meta.url)));

async function bundle(source: string): Promise<Bundle> {
  // Below this package, so that npm packages resolve.
  const dist = join(import.meta.dirname, '../dist');
  await mkdir(dist, { recursive: true });
  const folder = await mkdtemp(join(dist, 'test-'));
  const entry = join(folder, 'process.mjs');
  await build({
    entryPoints: [source],
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
