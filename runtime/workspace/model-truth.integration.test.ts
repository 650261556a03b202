import { chmod, mkdtemp, open, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import { parseGraph, type Graph } from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { registry } from '@graft/nodes/definitions';
import { FileServer } from '../backends/testing/file-server.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** A real embedder, and a cross-encoder whose score is the sum of the passage's tokens: from a hub on this machine. */
const embedder = 'all-MiniLM-L6-v2';
const crossEncoder = 'ms-marco-MiniLM-L6-v2';
const file = 'truth.graft.json';

let hub: FileServer;
let folder: string;
let root: string;
let workspace: Workspace;

const openThere = (): Promise<Workspace> =>
  openWorkspace({
    ...{ root, modelsFolder: join(folder, 'models'), threads: 2 },
    workerEntry: builtProcess('worker'),
  });

beforeAll(async () => {
  const catalogue = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
  const real = await catalogue.fetch(embedder);
  const files: Record<string, Uint8Array> = {};
  const sum = new URL('../backends/onnx/fixtures/sum-of-passage-ids.onnx', import.meta.url);
  for (const id of [embedder, crossEncoder]) {
    for (const { path, sources } of catalogue.entry(id).files) {
      // `hf:owner/name@revision/path`, as the hub is asked for it.
      const hubPath = sources[0]?.replace(/^hf:([^@]+)@([^/]+)/, '/$1/resolve/$2') ?? '';
      const isSum = id === crossEncoder && path.endsWith('.onnx');
      files[hubPath] = await readFile(isSum ? sum : join(real, path));
    }
  }
  hub = await FileServer.start(files);
  process.env['HF_ENDPOINT'] = hub.url;
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-truth-')));
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-truth-workspace-')));
  for (const name of ['kiln', 'glaze', 'clay']) {
    await writeFile(
      join(root, `${name}.md`),
      `# The ${name}\n\nAll about the ${name} of the yard.\n`,
    );
    await utimes(join(root, `${name}.md`), 1000, 1000);
  }
  workspace = await openThere();
}, 240_000);
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  delete process.env['HF_ENDPOINT'];
  await hub[Symbol.asyncDispose]();
  for (const path of [folder, root]) await rm(path, { recursive: true, force: true });
});

const nodes = {
  files: ['load-files', { paths: ['*.md'] }],
  chunk: ['chunk', {}],
  embed: ['embed', {}],
  index: ['index', {}],
  questions: ['questions', { questions: 'What of the kiln?' }],
  retrieve: ['retrieve', {}],
  rerank: ['rerank', { method: 'cross-encoder' }],
} as const;
const edges = [
  ...['files.documents -> chunk.documents', 'chunk.chunks -> embed.chunks'],
  ...['embed.embeddings -> index.embeddings', 'index.index -> retrieve.index'],
  ...['questions.questions -> retrieve.questions', 'retrieve.hits -> rerank.hits'],
];
function graphOf(lock: object = {}, chunk: object = {}): Graph {
  const full = Object.entries(nodes).map(([id, [type, params]]) => {
    const version = registry.get(type)?.version ?? 1;
    return [id, { type, version, params: id === 'chunk' ? chunk : params }] as const;
  });
  return parseGraph(JSON.stringify({ graft: 1, nodes: Object.fromEntries(full), edges, lock }));
}
async function run(graph: Graph) {
  const { runId, finished } = await workspace.runs.start(graph, file);
  const { status, error } = await finished;
  const steps = new Map((await workspace.journal.steps(runId)).map((step) => [step.node, step]));
  return { status, error, steps };
}

it('a model that is pinned on first use may not be another than the graph is locked to', async () => {
  const lock = { models: { [crossEncoder]: { digest: 'f'.repeat(64), size: 1 } } };
  const { status, error } = await run(graphOf(lock));
  expect(status).toBe('failed');
  expect(error).toMatchObject({ code: 'lock-differs', location: { node: 'rerank' } });
  await workspace[Symbol.asyncDispose]();
  await createCatalogue({ modelsFolder: join(folder, 'models') }).remove(crossEncoder);
  workspace = await openThere();
}, 240_000);

it('a step is keyed by the model that it was made with, also where that was pinned by it', async () => {
  const unpinned = workspace.models.lookup(crossEncoder);
  expect(unpinned?.unpinned).toBe(true);
  const first = await run(graphOf());
  expect(first.status).toBe('succeeded');
  const pinned = workspace.models.lookup(crossEncoder);
  expect(pinned).not.toHaveProperty('unpinned');
  expect(pinned?.digest).not.toBe(unpinned?.digest);
  const part = first.steps.get('rerank')?.parts?.find(({ value }) => value === pinned?.digest);
  expect(part).toBeDefined();
  const again = await run(graphOf());
  expect(new Set([...again.steps.values()].map((step) => step.status))).toEqual(
    new Set(['cached']),
  );
}, 240_000);

it('a model file that was damaged since it was verified is fetched anew before it is used', async () => {
  const sound = await run(graphOf({}, { size: 48, overlap: 0 }));
  const digestOf = ({ steps }: typeof sound) => steps.get('embed')?.outputs['embeddings']?.digest;
  expect(digestOf(sound)).toBeDefined();
  await workspace[Symbol.asyncDispose]();
  // Nothing of the results stays, and the model's weights are other bytes of the same size and time of writing.
  await rm(join(root, '.graft'), { recursive: true });
  const weights = join(folder, 'models/models', embedder, 'onnx/model_q4.onnx_data');
  await chmod(weights, 0o644);
  const handle = await open(weights, 'r+');
  await handle.write(Buffer.alloc(4_000_000, 7), 0, 4_000_000, 48_000_000);
  await handle.close();
  workspace = await openThere();
  const again = await run(graphOf({}, { size: 48, overlap: 0 }));
  expect(again.status).toBe('succeeded');
  expect(digestOf(again)).toBe(digestOf(sound));
}, 240_000);
