import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import {
  parseGraph,
  type ArtifactRef,
  type ExecutionBackend,
  type StepRequest,
} from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { readS3Settings, type S3Settings } from '@graft/store/s3';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { startS3Gateway } from '../backends/testing/s3-gateway.ts';
import { bundleWorker, type Bundle } from './testing/bundle-test-worker.ts';
import { WorkerSupervisor } from './workers/supervisor.ts';
import { openWorkspace } from './workspace.ts';

const gateway = await startS3Gateway();
let worker: Bundle;
let folder: string;
beforeAll(async () => {
  worker = await bundleWorker();
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-by-digest-')));
}, 120_000);
afterAll(async () => {
  await worker.remove();
  await rm(folder, { recursive: true, force: true });
  if (gateway.missing === undefined) await gateway[Symbol.asyncDispose]();
});

/** A model that no other machine can look up. */
const embedder = 'my-embedder';

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: Object.fromEntries(
      Object.entries({
        files: ['load-files', { paths: ['docs'] }],
        chunks: ['chunk', { size: 200, overlap: 0 }],
        vectors: ['embed', { model: embedder }],
      } as const).map(([id, [type, params]]) => [
        id,
        { type, version: registry.get(type)?.version ?? 1, params },
      ]),
    ),
    edges: ['files.documents -> chunks.documents', 'chunks.chunks -> vectors.chunks'],
  }),
);

/** A workspace with documents and a model that was imported from a folder of this machine. */
async function workspaceFolder(): Promise<{ root: string; modelsFolder: string }> {
  const [root, modelsFolder] = [join(folder, 'workspace'), join(folder, 'models')];
  await mkdir(join(root, 'docs'), { recursive: true });
  for (let at = 0; at < 4; at += 1) {
    const text = Array.from({ length: 20 }, (_, line) => `Rule ${String(at * 100 + line)}.`);
    await writeFile(
      join(root, 'docs', `rules-${String(at)}.md`),
      `# Rules\n\n${text.join('\n\n')}`,
    );
  }
  const original = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
  const source = join(folder, 'original');
  await cp(await original.fetch('all-MiniLM-L6-v2'), source, {
    recursive: true,
    dereference: true,
  });
  await createCatalogue({ modelsFolder }).import(source, { id: embedder });
  return { root, modelsFolder };
}

type Outputs = ReadonlyMap<string, Readonly<Record<string, ArtifactRef>>>;

/** A machine that shares nothing but the bucket: its own state, no workspace, no model. */
function executor(name: string, artifacts: S3Settings): WorkerSupervisor {
  const own = join(folder, name);
  return new WorkerSupervisor({
    entry: worker.entry,
    worker: {
      ...{ stateFolder: join(own, 'state'), modelsFolder: join(own, 'models') },
      ...{ threads: 1, artifacts },
    },
  });
}

async function run(options: Partial<Parameters<typeof openWorkspace>[0]> & { root: string }) {
  await using workspace = await openWorkspace({
    workerEntry: worker.entry,
    threads: 1,
    ...options,
  });
  const { runId, finished } = await workspace.runs.start(graph, 'rules.graft.json');
  expect(await finished).toMatchObject({ status: 'succeeded' });
  const steps = await workspace.journal.steps(runId);
  return new Map(steps.map(({ node, outputs }) => [node, outputs])) satisfies Outputs;
}

describe.skipIf(gateway.missing !== undefined)('a request by digest', { timeout: 300_000 }, () => {
  it('gives the same digests on machines that share only S3', async ({ skip }: TestContext) => {
    if (gateway.missing !== undefined) return skip(gateway.missing);
    const artifacts = readS3Settings(gateway.variables('by-digest'));
    if (artifacts === undefined) throw new Error('no place');
    const { root, modelsFolder } = await workspaceFolder();
    const embedded = await run({ root, modelsFolder, stateFolder: join(folder, 'embedded') });

    const sent: string[] = [];
    const stateFolder = join(folder, 'coordinator');
    const distributed = await run({
      ...{ root, modelsFolder, stateFolder, artifacts },
      openExecution: () => {
        const machine = executor('first', artifacts);
        const backend: ExecutionBackend & AsyncDisposable = {
          execute(request, hooks) {
            const text = JSON.stringify(request);
            sent.push(text);
            return machine.execute(JSON.parse(text) as StepRequest, hooks);
          },
          [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose](),
        };
        return Promise.resolve(backend);
      },
    });
    expect(distributed).toEqual(embedded);
    expect(sent).toHaveLength(3);
    expect(sent.join()).not.toContain(folder);
    expect(sent.join()).not.toContain(process.cwd());

    // Another machine, after the workspace, its models and all state are gone.
    for (const name of ['workspace', 'models', 'original', 'embedded', 'coordinator', 'first']) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
    await using machine = executor('second', artifacts);
    for (const text of sent) {
      const request = JSON.parse(text) as StepRequest;
      const hooks = { signal: new AbortController().signal, report: () => undefined };
      const { outputs } = await machine.execute(request, hooks);
      expect(outputs).toEqual(embedded.get(request.node));
    }
  });
});
