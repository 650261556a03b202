import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseGraph } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { file, graphText, PackageBench, runOf } from '../testing/test-packages.ts';
import type { Workspace } from '../workspace.ts';
import { PackageArchive } from './package-archive.ts';

const bench = new PackageBench();

const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

interface ForgedResult {
  readonly rows?: string;
  readonly port?: string;
  readonly size?: number;
  readonly count?: number;
  readonly mediaType?: string;
}

interface Forged {
  readonly path?: string;
  readonly manifest?: Record<string, unknown>;
  readonly entries?: Readonly<Record<string, string>>;
  readonly without?: readonly string[];
  readonly mode?: number;
}

/** A package made by hand, with one more file at `path`. */
async function forge(forged: Forged): Promise<void> {
  const { path = 'a.txt', manifest = {}, entries = {}, without = [], mode } = forged;
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
    if (without.includes(name)) continue;
    zip.addBuffer(Buffer.from(content), name, {
      mode: name.startsWith('blobs/') ? (mode ?? 0o100644) : 0o100644,
    });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(bench.archive));
}

/** Says of each entry of the archive that it unpacks to so many bytes. */
async function claimSizes(bytes: number): Promise<void> {
  const archive = await readFile(bench.archive);
  const header = Buffer.from('PK\x01\x02', 'latin1');
  for (let at = archive.indexOf(header); at !== -1; at = archive.indexOf(header, at + 1)) {
    archive.writeUInt32LE(bytes, at + 24);
  }
  await writeFile(bench.archive, archive);
}

describe('a package made by hand', () => {
  it('takes files of names as long as there are', async () => {
    const path = `${'a'.repeat(251)}.txt`;
    await forge({ path });
    const ben = await bench.workspace('ben');
    expect((await ben.packages.unpack(bench.archive, 'x')).written).toEqual([file, path]);
  });
});

describe('a hostile package', () => {
  const refused = async (code: string, into?: Workspace, what = code): Promise<void> => {
    const ben = into ?? (await bench.workspace('ben'));
    await expect(ben.packages.unpack(bench.archive, 'x.graft.zip'), what).rejects.toMatchObject({
      code,
      location: { file: 'x.graft.zip' },
    });
    expect(await readdir(ben.root)).toEqual(['.graft']);
  };

  it('with a path that leads elsewhere, or that some system takes for another, is refused', async () => {
    const ben = await bench.workspace('ben');
    const paths = [
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
      'NODE_MODULES/x/index.js',
      'Node_Modules',
      '~/a.txt',
      '~root/a.txt',
      '\u200c.git/config',
      'node_module\u017f/a',
      'git~1/config',
      'GRAFT~1/a.txt',
      'sub/%2e%2e/a.txt',
      'sub/%2E/a.txt',
      `${'d/'.repeat(65)}a.txt`,
      '',
    ];
    for (const path of paths) {
      await forge({ path });
      await refused('unsafe-path', ben, JSON.stringify(path));
    }
  });

  it('is refused where a link of the workspace leads out', async () => {
    await forge({ path: 'sub/a.txt' });
    const ben = await bench.workspace('ben');
    await mkdir(join(bench.folder, 'elsewhere'));
    await symlink(join(bench.folder, 'elsewhere'), join(ben.root, 'sub'));
    await expect(ben.packages.unpack(bench.archive, 'x')).rejects.toMatchObject({
      code: 'unsafe-path',
    });
    expect(await readdir(join(bench.folder, 'elsewhere'))).toEqual([]);
  });

  it('is refused where a file of the workspace stands in the place of a folder', async () => {
    await forge({ path: 'sub/deep/a.txt' });
    const ben = await bench.workspace('ben');
    await writeFile(join(ben.root, 'sub'), 'Mine.');
    await expect(ben.packages.unpack(bench.archive, 'x')).rejects.toMatchObject({
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

  it('that would fill the disk is refused before it is unpacked', async () => {
    const zip = new ZipFile();
    for (let at = 0; at < 4; at += 1)
      zip.addBuffer(Buffer.alloc(1000), `blobs/${sha256(String(at))}`);
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(bench.archive));
    await claimSizes(300 << 20);
    await refused('too-large');
  });

  it('whose paths name one blob again and again is refused before anything is written', async () => {
    const zeros = '\0'.repeat(8 << 20);
    const blob = { path: 'a.txt', digest: sha256(zeros) };
    const files = Array.from({ length: 140 }, (_, at) => ({ ...blob, path: `${String(at)}.txt` }));
    await forge({
      manifest: {
        files: [{ path: file, digest: sha256(graphText) }, ...files],
        blobs: { [sha256(graphText)]: graphText.length, [blob.digest]: zeros.length },
      },
      entries: { [`blobs/${blob.digest}`]: zeros },
      without: [`blobs/${sha256('Hello.')}`],
    });
    await refused('too-large');
  });

  it('with more paths than blobs may be is refused before anything is written', async () => {
    const files = Array.from({ length: 200_001 }, (_, at) => ({
      ...{ path: `${String(at)}.txt`, digest: sha256('Hello.') },
    }));
    await forge({ manifest: { files: [{ path: file, digest: sha256(graphText) }, ...files] } });
    await refused('too-large');
  });

  it('with folders without end is refused before any is made', async () => {
    const files = Array.from({ length: 160 }, (_, at) => ({
      ...{ path: `${`${String(at)}/`.repeat(63)}a.txt`, digest: sha256('Hello.') },
    }));
    await forge({ manifest: { files: [{ path: file, digest: sha256(graphText) }, ...files] } });
    await refused('too-large');
  });

  it('with more models than graphs use is refused before any is taken', async () => {
    const digest = sha256('Hello.');
    const models = Array.from({ length: 65 }, (_, at) => ({
      ...{ id: `forged-${String(at)}`, title: 'Forged', kind: 'language-model', format: 'gguf' },
      ...{ architecture: 'llama', dtype: 'q4', contextLength: 1, parameters: 1 },
      licence: { id: 'mit', consent: false },
      files: [{ path: 'a.gguf', digest, size: 6, sources: ['package:forged'] }],
    }));
    await forge({ manifest: { models } });
    await refused('too-large');
    await forge({ manifest: { models: models.slice(1) } });
    await using archive = await PackageArchive.open(bench.archive, 'x');
    expect(archive.manifest.models).toHaveLength(64);
  });

  it('of a newer Graft, without a graph, or with one that cannot be read, is refused', async () => {
    await forge({ manifest: { graftPackage: 3 } });
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
    const ben = await bench.workspace('ben');
    expect((await ben.packages.unpack(bench.archive, 'x')).package.runId).toBe('r');
  });

  it.each([
    ['rows that are none of their type', { rows: '{"id":7}\n' }],
    ['another size than it has', { size: 10 ** 15 }],
    ['more rows than it has', { count: 10 ** 15 }],
    ['the type of another port', { mediaType: 'application/vnd.graft.documents+jsonl' }],
    ['a type that is none', { mediaType: 'text/html' }],
    ['another port', { port: 'documents' }],
  ])('with a result that says %s gives no result', async (_, forged) => {
    const { rows, port = 'chunks', ...said }: ForgedResult = forged;
    const anna = await bench.withRun();
    const plan = await anna.runs.explain(parseGraph(graphText), file);
    const [step] = plan.nodes.filter(({ node }) => node === 'pieces');
    const [ref] = Object.values(step?.outputs ?? {});
    const bytes: Uint8Array[] = [];
    for await (const chunk of anna.artifacts.get(ref?.digest ?? '')) bytes.push(chunk);
    const result = rows ?? Buffer.concat(bytes).toString('utf8');
    const record = {
      ...{ key: step?.cacheKey, nodeType: 'split', ms: 1, createdAt: 0 },
      outputs: { [port]: { ...ref, digest: sha256(result), size: result.length, ...said } },
    };
    const events = [started, { ...ended, status: 'succeeded' }]
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('');
    const actions = `${JSON.stringify(record)}\n`;
    const texts = [graphText, 'One. Two.', events, actions, result];
    await forge({
      manifest: {
        files: [
          { path: file, digest: sha256(graphText) },
          { path: 'a.txt', digest: sha256('One. Two.') },
        ],
        results: {
          ...{ runId: 'r', startedAt: 0, finishedAt: 0, artifacts: [sha256(result)] },
          ...{ events: sha256(events), actions: sha256(actions) },
        },
        blobs: Object.fromEntries(texts.map((text) => [sha256(text), text.length])),
      },
      entries: Object.fromEntries(texts.map((text) => [`blobs/${sha256(text)}`, text])),
      without: [`blobs/${sha256('Hello.')}`],
    });
    const ben = await bench.workspace('ben');
    await ben.packages.unpack(bench.archive, 'x');
    const end = await runOf(ben);
    expect(end.steps.map(({ node, status }) => [node, status])).toEqual([
      ['files', 'succeeded'],
      ['pieces', 'succeeded'],
    ]);
  });

  it('cut off at any place is refused, and changed at any place it is refused or the same', async () => {
    await bench.packed();
    const bytes = await readFile(bench.archive);
    for (let cut = 0; cut < bytes.byteLength; cut += Math.ceil(bytes.byteLength / 60)) {
      await writeFile(bench.archive, bytes.subarray(0, cut));
      await expect(PackageArchive.open(bench.archive, 'x')).rejects.toMatchObject({
        code: 'damaged-file',
      });
    }
    const ben = await bench.workspace('ben');
    for (let at = 0; at < bytes.byteLength; at += Math.ceil(bytes.byteLength / 60)) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      await writeFile(bench.archive, changed);
      const outcome = await ben.packages
        .unpack(bench.archive, 'x')
        .catch((error: unknown) => error);
      if (!(outcome instanceof Error)) continue;
      expect(outcome.name).toBe('GraphError');
    }
  });
});
