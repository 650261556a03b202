import { createHash } from 'node:crypto';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseGraph } from '@graft/graph';
import { ZipFile } from 'yazl';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';
import { PackageArchive } from './package-archive.ts';

const file = 'corpus.graft.json';
const graphText = JSON.stringify({
  graft: 1,
  nodes: {
    files: { type: 'read', version: 1, params: {} },
    pieces: { type: 'split', version: 1, params: {} },
  },
  edges: ['files.documents -> pieces.documents'],
});

let bundle: Bundle;
let folder: string;
let archive: string;
const opened: Workspace[] = [];

async function workspaceIn(name: string): Promise<Workspace> {
  const root = join(folder, name);
  await mkdir(root, { recursive: true });
  const workspace = await openWorkspace({
    root,
    modelsFolder: join(folder, `${name}-models`),
    registry: workerTestRegistry,
    workerEntry: bundle.entry,
  });
  opened.push(workspace);
  return workspace;
}

/** Anna's workspace, with a run, packed. */
async function packed(): Promise<Workspace> {
  const anna = await workspaceIn('anna');
  await writeFile(join(anna.root, file), graphText);
  await writeFile(join(anna.root, 'a.txt'), 'One. Two.');
  await runOf(anna);
  await anna.packages.pack(file, { data: true, artifacts: true }, archive);
  return anna;
}

async function runOf(workspace: Workspace, path = file, text = graphText) {
  const { finished } = await workspace.start(parseGraph(text), path);
  return finished;
}

beforeAll(async () => {
  bundle = await bundleTestWorker();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-package-')));
  archive = join(folder, 'corpus.graft.zip');
});
afterEach(async () => {
  for (const workspace of opened.splice(0)) await workspace[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('a package', () => {
  it('opens elsewhere with its results in place, and runs on from there', async () => {
    await packed();
    const ben = await workspaceIn('ben');
    const report = await ben.packages.unpack(archive, 'corpus.graft.zip');
    expect(report.written).toEqual([file, 'a.txt']);
    expect(await readFile(join(ben.root, 'a.txt'), 'utf8')).toBe('One. Two.');

    const [run] = await ben.runs.list({ limit: 5 });
    expect(run).toMatchObject({ id: report.package.runId, file, status: 'succeeded' });
    const made = await ben.why(run?.id ?? '', 'pieces');
    expect(made.from).toBe('corpus');
    expect(report.results).toBe(2);
    const chunks = made.outputs['chunks'];
    if (chunks === undefined) throw new Error('the run brought no chunks');
    expect(await ben.page(chunks, 0, 5)).toMatchObject({
      rows: [{ text: 'One.' }, { text: 'Two.' }],
    });

    const plan = await ben.explain(parseGraph(graphText), file);
    expect(plan).toMatchObject({ reused: 2, toRun: 0 });
    expect(plan.nodes.map(({ from }) => from)).toEqual(['corpus', 'corpus']);
    const end = await runOf(ben);
    expect(end.steps.map(({ status, from }) => [status, from])).toEqual([
      ['cached', 'corpus'],
      ['cached', 'corpus'],
    ]);
    await writeFile(join(ben.root, 'a.txt'), 'One. Three.');
    expect((await runOf(ben)).steps.map(({ status }) => status)).toEqual([
      'succeeded',
      'succeeded',
    ]);
  });

  it('serves its own graph only, until it is trusted', async () => {
    await packed();
    const ben = await workspaceIn('ben');
    const { package: received } = await ben.packages.unpack(archive, 'x');
    const other = (): Promise<number> =>
      ben.explain(parseGraph(graphText), 'other.graft.json').then(({ reused }) => reused);
    expect(await other()).toBe(0);
    await ben.packages.trust('corpus');
    expect(await other()).toBe(2);
    expect((await ben.packages.list()).map(({ id, trusted }) => [id, trusted])).toEqual([
      [received.id, true],
    ]);
    // Once more: nothing is written, nothing is asked for anew, and it stays trusted.
    const again = await ben.packages.unpack(archive, 'x');
    expect(again).toMatchObject({ written: [], present: [file, 'a.txt'] });
    expect(again.package.trusted).toBe(true);
  });

  it('follows its graph to another name, and is forgotten when it is removed', async () => {
    await packed();
    const ben = await workspaceIn('ben');
    await ben.packages.unpack(archive, 'x');
    const { revision } = await ben.readGraph(file);
    await ben.renameGraph(file, 'renamed.graft.json', revision);
    const reused = async (): Promise<number> =>
      (await ben.explain(parseGraph(graphText), 'renamed.graft.json')).reused;
    expect(await reused()).toBe(2);
    await ben.packages.remove('corpus');
    expect(await reused()).toBe(0);
    await expect(ben.packages.remove('corpus')).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('keeps its results through a collection that has room for them', async () => {
    await packed();
    const ben = await workspaceIn('ben');
    await ben.packages.unpack(archive, 'x');
    await ben.collectGarbage(1 << 20);
    expect((await ben.explain(parseGraph(graphText), file)).reused).toBe(2);
    await ben.collectGarbage(0);
    expect((await ben.explain(parseGraph(graphText), file)).reused).toBe(0);
    expect((await runOf(ben)).status).toBe('succeeded');
    // What was made here again has the keys of what was received.
    const { reached, after } = await ben.collectGarbage(0);
    expect([reached, after]).toEqual([true, 0]);
  });

  it('takes no file’s place, and then writes nothing at all', async () => {
    await packed();
    const ben = await workspaceIn('ben');
    await writeFile(join(ben.root, 'a.txt'), 'Mine.');
    await expect(ben.packages.unpack(archive, 'x')).rejects.toMatchObject({
      code: 'name-taken',
      message: expect.stringContaining('a.txt'),
    });
    expect(await readFile(join(ben.root, 'a.txt'), 'utf8')).toBe('Mine.');
    expect(await ben.runs.list({ limit: 1 })).toEqual([]);
    expect((await readdir(ben.root)).sort()).toEqual(['.graft', 'a.txt']);
  });

  it('takes the graphs along that its graph uses', async () => {
    const anna = await workspaceIn('anna');
    const inner = {
      ...JSON.parse(graphText),
      nodes: {
        ...JSON.parse(graphText).nodes,
        out: { type: 'output', version: 1, params: { name: 'pieces' } },
      },
    };
    inner.edges = [...inner.edges, 'pieces.chunks -> out.value'];
    const outer = {
      graft: 1,
      nodes: { corpus: { type: 'graph', version: 1, params: { use: 'lib/corpus.graft.json' } } },
      edges: [],
    };
    await mkdir(join(anna.root, 'lib'));
    await writeFile(join(anna.root, 'lib/corpus.graft.json'), JSON.stringify(inner));
    await writeFile(join(anna.root, file), JSON.stringify(outer));
    await writeFile(join(anna.root, 'a.txt'), 'One. Two.');
    await runOf(anna, file, JSON.stringify(outer));
    await anna.packages.pack(file, { data: true, artifacts: true }, archive);
    const ben = await workspaceIn('ben');
    const report = await ben.packages.unpack(archive, 'x');
    expect(report.written).toEqual([file, 'lib/corpus.graft.json', 'a.txt']);
    expect(await ben.explain(parseGraph(JSON.stringify(outer)), file)).toMatchObject({
      reused: 2,
      toRun: 0,
    });
  });

  it('takes files of names as long as there are', async () => {
    const path = `${'a'.repeat(251)}.txt`;
    await forge({ path });
    const ben = await workspaceIn('ben');
    expect((await ben.packages.unpack(archive, 'x')).written).toEqual([file, path]);
  });

  it('says what results it cannot pack, and how large its parts are', async () => {
    const anna = await workspaceIn('anna');
    await writeFile(join(anna.root, file), graphText);
    await writeFile(join(anna.root, 'a.txt'), 'One. Two.');
    await expect(anna.packages.pack(file, { artifacts: true }, archive)).rejects.toMatchObject({
      code: 'bad-input',
    });
    const contents = await anna.packages.contents(file);
    expect(contents).toMatchObject({ data: { count: 1, size: 9 }, models: [] });
    expect(contents.artifacts).toBeUndefined();
    await runOf(anna);
    expect((await anna.packages.contents(file)).artifacts?.count).toBe(2);
  });
});

const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

interface Forged {
  readonly path?: string;
  readonly manifest?: Record<string, unknown>;
  readonly entries?: Readonly<Record<string, string>>;
  readonly mode?: number;
}

/** A package made by hand, with one more file at `path`. */
async function forge({ path = 'a.txt', manifest = {}, entries = {}, mode }: Forged): Promise<void> {
  const text = 'Hello.';
  const zip = new ZipFile();
  const full = {
    graftPackage: 1,
    name: 'forged',
    createdAt: 0,
    graph: file,
    files: [
      { path: file, digest: sha256(graphText) },
      { path, digest: sha256(text) },
    ],
    models: [],
    blobs: { [sha256(graphText)]: graphText.length, [sha256(text)]: text.length },
    ...manifest,
  };
  const all = {
    'manifest.json': JSON.stringify(full),
    [`blobs/${sha256(graphText)}`]: graphText,
    [`blobs/${sha256(text)}`]: text,
    ...entries,
  };
  for (const [name, content] of Object.entries(all)) {
    zip.addBuffer(Buffer.from(content), name, {
      mode: name.startsWith('blobs/') ? (mode ?? 0o100644) : 0o100644,
    });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(archive));
}

describe('a hostile package', () => {
  const refused = async (code: string): Promise<void> => {
    const ben = await workspaceIn('ben');
    await expect(ben.packages.unpack(archive, 'x.graft.zip')).rejects.toMatchObject({
      code,
      location: { file: 'x.graft.zip' },
    });
    expect(await readdir(ben.root)).toEqual(['.graft']);
  };

  it.each([
    '../a.txt',
    '/etc/a.txt',
    'a/../../b.txt',
    'a\\..\\b.txt',
    'C:/a.txt',
    '.git/hooks/post-checkout',
    '.graft/index.db',
    'sub/.env',
    'node_modules/x/index.js',
    'a\0.txt',
    'CORPUS.graft.JSON',
    'corpus.graft.json/a.txt',
    'end. ',
    '',
  ])('with the path %j is refused', async (path) => {
    await forge({ path });
    await refused('unsafe-path');
  });

  it('is refused where a link of the workspace leads out', async () => {
    await forge({ path: 'sub/a.txt' });
    const ben = await workspaceIn('ben');
    await mkdir(join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(ben.root, 'sub'));
    await expect(ben.packages.unpack(archive, 'x')).rejects.toMatchObject({ code: 'unsafe-path' });
    expect(await readdir(join(folder, 'elsewhere'))).toEqual([]);
  });

  it('is refused where a file of the workspace stands in the place of a folder', async () => {
    await forge({ path: 'sub/deep/a.txt' });
    const ben = await workspaceIn('ben');
    await writeFile(join(ben.root, 'sub'), 'Mine.');
    await expect(ben.packages.unpack(archive, 'x')).rejects.toMatchObject({
      code: 'name-taken',
      message: expect.stringContaining('sub'),
    });
    expect((await readdir(ben.root)).sort()).toEqual(['.graft', 'sub']);
  });

  it('with a link, a foreign entry, or bytes that nobody names is refused', async () => {
    await forge({ mode: 0o120777 });
    await refused('damaged-file');
    await forge({ entries: { 'evil.sh': 'x' } });
    await refused('unsafe-path');
    await forge({ entries: { [`blobs/${sha256('x')}`]: 'x' } });
    await refused('damaged-file');
  });

  it('with wrong bytes, or another size than it says, is refused', async () => {
    await forge({ entries: { [`blobs/${sha256('Hello.')}`]: 'Hallo.' } });
    await refused('damaged-file');
    await forge({ entries: { [`blobs/${sha256('Hello.')}`]: 'Hello, you.' } });
    await refused('damaged-file');
  });

  it('with a model whose files have another size than it says is refused', async () => {
    const digest = sha256('Hello.');
    const model = {
      ...{ id: 'forged', title: 'Forged', kind: 'language-model', format: 'gguf' },
      ...{ architecture: 'llama', dtype: 'q4', contextLength: 1, parameters: 1 },
      licence: { id: 'mit', consent: false },
      files: [{ path: 'a.gguf', digest, size: 5, sources: ['package:forged'] }],
    };
    await forge({ manifest: { models: [model] } });
    await refused('damaged-file');
  });

  it('that would fill the disk is refused before it is unpacked', { timeout: 60_000 }, async () => {
    const zeros = Buffer.alloc(300 << 20);
    const zip = new ZipFile();
    for (let at = 0; at < 4; at += 1) {
      zip.addBuffer(zeros, `blobs/${sha256(String(at))}`, { compressionLevel: 1 });
    }
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(archive));
    await refused('too-large');
  });

  it('of a newer Graft, without a graph, or with one that cannot be read, is refused', async () => {
    await forge({ manifest: { graftPackage: 2 } });
    await refused('newer-format');
    await forge({ manifest: { graph: 'other.graft.json' } });
    await refused('damaged-file');
    await forge({ manifest: { graph: 'a.txt' } });
    await refused('bad-syntax');
  });

  it('with bytes that it lists and nothing is made of is refused', async () => {
    const blobs = Object.fromEntries(
      [graphText, 'Hello.', 'More.'].map((text) => [sha256(text), text.length]),
    );
    await forge({ manifest: { blobs }, entries: { [`blobs/${sha256('More.')}`]: 'More.' } });
    await refused('damaged-file');
  });

  const started = { seq: 1, runId: 'r', at: 0, type: 'run.started', file, nodes: [] };
  const ended = { ...started, seq: 2, type: 'run.finished', outputs: {}, steps: [], ms: 0 };
  it.each([
    ['that never ended', [started], 'damaged-file'],
    ['of which nothing is known', [], 'damaged-file'],
    ['that is said to be running', [started, { ...ended, status: 'running' }], 'damaged-file'],
    ['that succeeded', [started, { ...ended, status: 'succeeded' }], undefined],
  ])('with a run %s is taken for what it is', async (_, events, code) => {
    const list = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    const texts = [graphText, 'Hello.', list, ''];
    const results = { events: sha256(list), actions: sha256(''), artifacts: [] };
    await forge({
      manifest: {
        results: { runId: 'r', startedAt: 0, finishedAt: 0, ...results },
        blobs: Object.fromEntries(texts.map((text) => [sha256(text), text.length])),
      },
      entries: Object.fromEntries(texts.map((text) => [`blobs/${sha256(text)}`, text])),
    });
    if (code !== undefined) return refused(code);
    const ben = await workspaceIn('ben');
    expect((await ben.packages.unpack(archive, 'x')).package.runId).toBe('r');
  });

  it('cut off at any place is refused, and changed at any place it is refused or the same', async () => {
    await packed();
    const bytes = await readFile(archive);
    for (let cut = 0; cut < bytes.byteLength; cut += Math.ceil(bytes.byteLength / 60)) {
      await writeFile(archive, bytes.subarray(0, cut));
      await expect(PackageArchive.open(archive, 'x')).rejects.toMatchObject({
        code: 'damaged-file',
      });
    }
    const ben = await workspaceIn('ben');
    for (let at = 0; at < bytes.byteLength; at += Math.ceil(bytes.byteLength / 60)) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      await writeFile(archive, changed);
      const outcome = await ben.packages.unpack(archive, 'x').catch((error: unknown) => error);
      if (!(outcome instanceof Error)) continue;
      expect(outcome.name).toBe('GraphError');
    }
  });
});
