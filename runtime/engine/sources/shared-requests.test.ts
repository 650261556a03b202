import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  GraphError,
  implement,
  defineNode,
  modelTree,
  Questions,
  treeManifestText,
  type ExecutionBackend,
  type Implementations,
  type ModelEntry,
  type ResolvedSource,
  type RunContext,
  type SourceFile,
  type StepRequest,
  type StepSignal,
} from '@graft/graph';
import { readNode } from '@graft/graph/testing';
import { FilesystemArtifactStore, FilesystemItemStore } from '@graft/store/filesystem';
import { createLocalBackend } from '../step/local-backend.ts';
import { createTestHost, testImplementations } from '../testing.ts';
import { FileSourceResolver } from './file-source-resolver.ts';
import { SharedRequests, type ModelShelf } from './shared-requests.ts';
import { createSharingBackend } from './sharing-backend.ts';

const never = new AbortController().signal;
const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');
const large = Buffer.alloc(3_000_000, 'a large file. ');
const noModels: ModelShelf = { entry: () => undefined, files: () => Promise.resolve(undefined) };

let folder: string;
let workspace: string;
/** What all machines share. */
let artifacts: FilesystemArtifactStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-shared-'));
  workspace = join(folder, 'workspace');
  await mkdir(join(workspace, 'docs'), { recursive: true });
  await writeFile(join(workspace, 'docs/a.txt'), 'A small file.');
  await writeFile(join(workspace, 'docs/large.txt'), large);
  artifacts = await FilesystemArtifactStore.open(join(folder, 'shared'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A machine with a state folder of its own; only the first has the workspace. */
async function machine(
  name: string,
  { workspaceFolder, known }: { workspaceFolder?: string; known?: Implementations } = {},
): Promise<ExecutionBackend> {
  const items = await FilesystemItemStore.open(join(folder, name, 'items'));
  const { workspaceFolder: _, ...host } = createTestHost(
    { artifacts, items, scratchFolder: join(folder, name, 'scratch') },
    known ?? testImplementations,
  );
  return createLocalBackend({
    ...host,
    ...(workspaceFolder === undefined ? { storesCheckpoints: true } : { workspaceFolder }),
  });
}

async function filesOf(pattern = 'docs'): Promise<ResolvedSource> {
  const resolver = new FileSourceResolver(workspace, join(folder, 'state'));
  const files = await resolver.files([pattern]);
  return {
    ...{ kind: 'files', param: 'files' },
    files: files.map(({ path, digest, size }) => ({ path, digest, size })),
  };
}

const requestOf = (type: string, change: Partial<StepRequest> = {}): StepRequest => ({
  ...{ runId: 'run', node: 'step', type, lane: 'light', params: {} },
  ...{ inputs: {}, sources: [], inputFacets: {}, cacheKey: 'key', device: 'cpu' },
  familyParts: [{ name: 'type', value: type }],
  ...change,
});

const hooks = (report: (signal: StepSignal) => void = () => undefined) => ({
  signal: never,
  report,
});

describe('a request of a machine with the workspace', () => {
  it('is executed with equal digests by one that has neither the workspace nor its state', async () => {
    const request = requestOf(readNode.type, { sources: [await filesOf()] });
    const here = await machine('here', { workspaceFolder: workspace });
    const own = await here.execute(request, hooks());
    const requests = new SharedRequests({
      workspaceFolder: workspace,
      artifacts,
      models: noModels,
    });
    const sent = JSON.stringify(await requests.share(request, never));
    expect(sent).not.toContain(folder);
    await rm(workspace, { recursive: true });
    await rm(join(folder, 'here'), { recursive: true });

    const there = await machine('there');
    const result = await there.execute(JSON.parse(sent) as StepRequest, hooks());
    expect(result.outputs).toEqual(own.outputs);
    expect(result.items).toMatchObject({ total: 2, computed: 2 });
  });

  it('reads files where they are, and stores none of them, where the workspace is', async () => {
    const request = requestOf(readNode.type, { sources: [await filesOf()] });
    const here = await machine('here', { workspaceFolder: workspace });
    await here.execute(request, hooks());
    expect(await artifacts.has(sha256(large))).toBe(false);
  });

  it('stores what is missing, once a run', async () => {
    const puts: string[] = [];
    const counting = {
      get: (digest: string) => artifacts.get(digest),
      putKnown: (...[known, bytes]: Parameters<FilesystemArtifactStore['putKnown']>) => {
        puts.push(known.digest);
        return artifacts.putKnown(known, bytes);
      },
    };
    const parts = { workspaceFolder: workspace, artifacts: counting, models: noModels };
    const requests = new SharedRequests(parts);
    const request = requestOf(readNode.type, { sources: [await filesOf()] });
    await requests.share(request, never);
    await requests.share(request, never);
    expect(puts).toHaveLength(2);
    // What a collection may have taken in between is marked as used by the next run.
    await requests.share({ ...request, runId: 'another' }, never);
    expect(puts).toHaveLength(4);
  });

  it('stores equal bytes of two runs one after the other, and marks them for both', async () => {
    let [now, most] = [0, 0];
    const puts: string[] = [];
    const counting = {
      get: (digest: string) => artifacts.get(digest),
      async putKnown(...[known, bytes]: Parameters<FilesystemArtifactStore['putKnown']>) {
        if (known.digest !== sha256(large)) return artifacts.putKnown(known, bytes);
        now += 1;
        most = Math.max(most, now);
        puts.push(known.digest);
        await wait(20);
        now -= 1;
        // The second must not fail because the first did.
        if (puts.length === 1) throw new GraphError('unavailable', 'The store is away.');
        await artifacts.putKnown(known, bytes);
      },
    };
    const parts = { workspaceFolder: workspace, artifacts: counting, models: noModels };
    const requests = new SharedRequests(parts);
    const request = requestOf(readNode.type, { sources: [await filesOf()] });
    const shared = await Promise.allSettled(
      ['a', 'b', 'b', 'c'].map((runId) => requests.share({ ...request, runId }, never)),
    );
    expect(shared.map(({ status }) => status)).toEqual([
      ...['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
    ]);
    expect(most).toBe(1);
    expect(puts).toHaveLength(3);
    expect(await artifacts.has(sha256(large))).toBe(true);
  });

  it('is stored again where somebody removed what it names', async () => {
    const request = requestOf(readNode.type, { sources: [await filesOf()] });
    const requests = new SharedRequests({
      workspaceFolder: workspace,
      artifacts,
      models: noModels,
    });
    await requests.share(request, never);
    await artifacts.delete(sha256(large));
    const backend = createSharingBackend({
      elsewhere: await machine('there'),
      here: await machine('here', { workspaceFolder: workspace }),
      ...{ requests, artifacts },
    });
    const signals: StepSignal[] = [];
    const result = await backend.execute(
      request,
      hooks((signal) => signals.push(signal)),
    );
    expect(result.items).toMatchObject({ computed: 2 });
    expect(signals).toContainEqual({
      ...{ type: 'log', level: 'warning' },
      message: expect.stringContaining('Trying again once.') as string,
    });
  });

  it('goes back to the engine, untried, where an input is missing: only the engine can compute it', async () => {
    let tries = 0;
    const gone = new GraphError('missing-file', 'It is gone.');
    const elsewhere: ExecutionBackend = {
      execute() {
        tries += 1;
        return Promise.reject(gone);
      },
    };
    const parts = { workspaceFolder: workspace, artifacts, models: noModels };
    const backend = createSharingBackend({
      ...{ elsewhere, here: elsewhere, requests: new SharedRequests(parts), artifacts },
    });
    const value = [{ digest: sha256('gone'), mediaType: 'text/plain', size: 4 }];
    const request = requestOf('double', { inputs: { value } });
    await expect(backend.execute(request, hooks())).rejects.toBe(gone);
    expect(tries).toBe(1);
  });

  it('is refused as changed, and stores nothing, where a file has other bytes by now', async () => {
    const request = requestOf(readNode.type, { sources: [await filesOf()] });
    await writeFile(join(workspace, 'docs/large.txt'), Buffer.concat([large, Buffer.from('!')]));
    const requests = new SharedRequests({
      workspaceFolder: workspace,
      artifacts,
      models: noModels,
    });
    await expect(requests.share(request, never)).rejects.toMatchObject({
      code: 'input-changed',
      location: { file: 'docs/large.txt' },
    });
    expect(await artifacts.has(sha256(large))).toBe(false);
  });
});

const probeNode = defineNode({
  ...{
    type: 'probe',
    version: 1,
    implementation: 1,
    title: 'Probe',
    doc: 'Does what a test says.',
  },
  ...{ group: 'sources', caching: 'pure', device: { needs: 'cpu', affectsResult: false } },
  inputs: {},
  outputs: { value: { type: Questions, doc: 'What came of it.' } },
  params: z.strictObject({}),
  summary: () => [],
  migrations: [],
});

/** A node type that does what a test says. */
const probe = (run: (ctx: RunContext) => Promise<string>): Implementations => {
  const code = implement(probeNode, async (ctx) => ({
    value: [{ id: 'value', question: await run(ctx) }],
  }));
  return new Map([[probeNode.type, code]]);
};

const fileOf = ({ sources: [source] }: RunContext): SourceFile => {
  const [file] = source?.kind === 'files' ? source.files : [];
  if (file === undefined) throw new Error('no file');
  return file;
};

describe('a machine without the workspace', () => {
  it('ends a step of which a file is missing or damaged, even if the node catches it', async () => {
    const request = requestOf(probeNode.type, { sources: [await filesOf('docs/a.txt')] });
    const known = probe(async (ctx) => {
      const bytes = await fileOf(ctx)
        .bytes()
        .catch(() => 'caught');
      return String(bytes);
    });
    const there = await machine('there', { known });
    await expect(there.execute(request, hooks())).rejects.toMatchObject({
      code: 'missing-file',
      location: { file: 'docs/a.txt' },
    });
  });

  it('notices damage behind what a node read of a file', async () => {
    const request = requestOf(probeNode.type, { sources: [await filesOf('docs/large.txt')] });
    const requests = new SharedRequests({
      workspaceFolder: workspace,
      artifacts,
      models: noModels,
    });
    await requests.share(request, never);
    const digest = sha256(large);
    const path = join(artifacts.folder, 'sha256', digest.slice(0, 2), digest);
    const damaged = Buffer.from(large);
    damaged[damaged.length - 1] = 0;
    await writeFile(`${path}.new`, damaged);
    await rename(`${path}.new`, path);
    const known = probe(async (ctx) => {
      for await (const piece of fileOf(ctx).stream()) return String(piece.length);
      return '';
    });
    const there = await machine('there', { known });
    await expect(there.execute(request, hooks())).rejects.toMatchObject({ code: 'store-damaged' });
  });

  it('writes into no workspace, and says where the step belongs', async () => {
    const known = probe((ctx) => ctx.output('exports/x'));
    const there = await machine('there', { known });
    await expect(there.execute(requestOf(probeNode.type), hooks())).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('where the workspace is') as string,
    });
  });

  it('continues from the checkpoint that another one stored', async () => {
    const trains = probe(async (ctx) => {
      const at = join(await ctx.checkpoints(), 'run', 'step-00000004');
      const before = await readFile(join(at, 'state.json'), 'utf8').catch(() => 'nothing');
      if (before !== 'nothing') return before;
      await mkdir(at, { recursive: true });
      await writeFile(join(at, 'state.json'), 'four');
      ctx.checkpoint({ state: 'saved', step: 4 });
      throw new GraphError('worker-died', 'It was killed.');
    });
    const signals: StepSignal[] = [];
    const first = await machine('first', { known: trains });
    const request = requestOf(probeNode.type);
    const died = first.execute(
      request,
      hooks((signal) => signals.push(signal)),
    );
    await expect(died).rejects.toMatchObject({ code: 'worker-died' });
    const [stored] = signals.flatMap((signal) =>
      signal.type === 'stored-checkpoint' ? [signal.checkpoint] : [],
    );
    expect(stored?.step).toBe(4);
    await rm(join(folder, 'first'), { recursive: true });

    const second = await machine('second', { known: trains });
    const again = { ...request, ...(stored === undefined ? {} : { checkpoint: stored }) };
    const { outputs } = await second.execute(again, hooks());
    const pieces: Uint8Array[] = [];
    for await (const piece of artifacts.get(outputs['value']?.digest ?? '')) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toContain('four');
  });
});

describe('models of a request', () => {
  const entry: ModelEntry = {
    ...{ id: 'mine', title: 'Mine', kind: 'language-model', format: 'gguf' },
    ...{ licence: { id: 'mit', consent: false }, architecture: 'llama', dtype: 'f32' },
    ...{ contextLength: 64, parameters: 1 },
    files: [{ path: 'mine.gguf', digest: sha256(large), size: large.length, sources: ['x'] }],
  };

  it('are stored as trees, with entries for the other machine', async () => {
    const file = join(folder, 'weights');
    await writeFile(file, large);
    const models: ModelShelf = {
      entry: (id) => (id === 'mine' ? entry : undefined),
      files: () => Promise.resolve(new Map([['mine.gguf', file]])),
    };
    const requests = new SharedRequests({ workspaceFolder: workspace, artifacts, models });
    const model = { id: 'mine', architecture: 'llama', contextLength: 64 };
    const shared = await requests.share(
      requestOf('generate', { inputFacets: { model: { model } } }),
      never,
    );
    expect(shared.models).toEqual([entry]);
    const manifest = treeManifestText(modelTree(entry) ?? { files: [] });
    expect(await artifacts.openTree(sha256(manifest))).toContain('trees');
  });

  it('are read first where nobody knows their digests yet', async () => {
    const file = join(folder, 'weights');
    await writeFile(file, large);
    let isRead = false;
    const unread = { ...entry, files: entry.files.map(({ digest: _, ...rest }) => rest) };
    const models: ModelShelf = {
      entry: () => (isRead ? entry : unread),
      files() {
        isRead = true;
        return Promise.resolve(new Map([['mine.gguf', file]]));
      },
    };
    const requests = new SharedRequests({ workspaceFolder: workspace, artifacts, models });
    const model = { id: 'mine', architecture: 'llama', contextLength: 64 };
    const request = requestOf('generate', { inputFacets: { model: { model } } });
    expect((await requests.share(request, never)).models).toEqual([entry]);
    expect(await artifacts.has(sha256(large))).toBe(true);
  });

  it('are those of this machine, not those of a server with the same names', async () => {
    const models: ModelShelf = { ...noModels, entry: (id) => ({ ...entry, id }) };
    const requests = new SharedRequests({ workspaceFolder: workspace, artifacts, models });
    const remote = { url: 'http://host/v1', parallel: 1, timeout: 1, retries: 0 };
    const inputFacets: StepRequest['inputFacets'] = {
      model: { model: { id: 'a', architecture: 'llama', contextLength: 64, remote } },
      vectors: { embedder: { model: 'b', dimension: 4, engine: 'remote' } },
      embedder: { embedder: { model: 'c', dimension: 4, remote } },
      local: { embedder: { model: 'd', dimension: 4 } },
    };
    const shared = await requests.share(requestOf('generate', { inputFacets }), never);
    expect(shared.models?.map(({ id }) => id)).toEqual(['d']);
  });
});
