import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@libsql/client';
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { graft as graftProcess, temporaryFolder, type Finished } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

/**
 * What people get wrong, through the command that they would run: one clear message naming file, node, port
 * or parameter, exit code 2, no stack trace, and the graph file as it was. Three of them in a process of their own.
 */
describe('bad input', () => {
  let folder: string;
  let models: string;
  const file = 'bad.graft.json';

  beforeAll(async () => {
    models = await temporaryFolder();
  });
  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  };

  /** Runs `graft run` on the text and checks what every kind of bad input has in common. */
  async function refused(
    text: string | Uint8Array,
    { command = graft, code = 2 } = {},
  ): Promise<Finished> {
    await write(file, text);
    const end = await command(['run', file], { cwd: folder, env: { GRAFT_MODELS: models } });
    expect(end.stderr).not.toMatch(/\n\s+at .+:\d+:\d+|GraphError|node_modules/);
    expect(errorLines(end)).toHaveLength(1);
    expect(end.code).toBe(code);
    const after = await readFile(path.join(folder, file));
    expect(Buffer.from(after).equals(Buffer.from(text))).toBe(true);
    return end;
  }
  const errorLines = (end: Finished): string[] =>
    end.stderr.split('\n').filter((line) => line.startsWith('error '));
  const message = async (text: string | Uint8Array, code = 2): Promise<string> =>
    errorLines(await refused(text, { code }))[0] ?? '';

  const load = (...paths: string[]): readonly [string, Readonly<Record<string, unknown>>] => [
    'load-files',
    { paths },
  ];

  it('a graph that is refused, in a process of its own', async () => {
    const end = await refused(graphText({ 'chunk-1': ['chnk'] }), { command: graftProcess });
    expect(errorLines(end)[0]).toMatch(/node "chunk-1".*"chnk".*"chunk"/);
  });

  it.each([
    [['rnu'], 2, /Did you mean run/],
    [['nodes'], 0, /^$/],
  ])('graft %j in a process of its own', async (args, code, expected) => {
    const end = await graftProcess(args, { cwd: folder });
    expect(end).toMatchObject({ code, stderr: expect.stringMatching(expected) });
  });

  it('a cycle', async () => {
    const text = graphText({ a: ['rerank'], b: ['rerank'] }, [
      'a.hits -> b.hits',
      'b.hits -> a.hits',
    ]);
    expect(await message(text)).toMatch(/node "a".*(a → b|circle|cycle)/);
  });

  it('an unknown node type', async () => {
    expect(await message(graphText({ 'chunk-1': ['chnk'] }))).toMatch(
      /node "chunk-1".*"chnk".*"chunk"/,
    );
  });

  it('an unknown parameter', async () => {
    const text = graphText({ 'ask-1': ['questions', { questions: 'Why?', limt: 3 }] });
    expect(await message(text)).toMatch(/node "ask-1", param "limt".*limit/);
  });

  it('a missing parameter', async () => {
    expect(await message(graphText({ 'load-1': ['load-files'] }))).toMatch(
      /node "load-1", param "paths".*Choose files/,
    );
  });

  it('a parameter out of its bounds', async () => {
    const text = graphText({ 'ask-1': ['questions', { questions: 'Why?', limit: -1 }] });
    expect(await message(text)).toMatch(/node "ask-1", param "limit".*0/);
  });

  it('a type mismatch', async () => {
    await write('a.txt', 'text');
    const text = graphText({ 'load-1': load('a.txt'), 'embed-1': ['embed'] }, [
      'load-1.documents -> embed-1.chunks',
    ]);
    expect(await message(text)).toMatch(/node "embed-1", port "chunks".*documents/);
  });

  it('a facet mismatch: an index under another embedder', async () => {
    await write('a.txt', 'text');
    const other = {
      id: 'wide-embedder',
      title: 'Wide',
      kind: 'embedder',
      format: 'onnx',
      licence: { id: 'MIT', consent: false },
      architecture: 'bert',
      dtype: 'fp32',
      dimension: 768,
      contextLength: 512,
      parameters: 1,
      files: [{ path: 'model.onnx', digest: '1'.repeat(64), size: 1, sources: ['file:/none'] }],
    };
    await writeFile(path.join(models, 'imported.json'), JSON.stringify({ [other.id]: other }));
    const text = graphText(
      {
        'load-1': load('a.txt'),
        'chunk-1': ['chunk'],
        'embed-1': ['embed'],
        'index-1': ['index'],
        'ask-1': ['questions', { questions: 'Why?' }],
        'find-1': ['retrieve', { embedder: other.id }],
      },
      [
        'load-1.documents -> chunk-1.documents',
        'chunk-1.chunks -> embed-1.chunks',
        'embed-1.embeddings -> index-1.embeddings',
        'index-1.index -> find-1.index',
        'ask-1.questions -> find-1.questions',
      ],
    );
    expect(await message(text)).toMatch(
      /node "find-1".*384 wide.*wide-embedder \(768 wide\).*Choose all-MiniLM-L6-v2/,
    );
  });

  it('two edges into a single input', async () => {
    await write('a.txt', 'text');
    const text = graphText({ a: load('a.txt'), b: load('a.txt'), c: ['chunk'] }, [
      'a.documents -> c.documents',
      'b.documents -> c.documents',
    ]);
    expect(await message(text)).toMatch(/node "c", port "documents".*/);
  });

  it('an input that nothing feeds', async () => {
    expect(await message(graphText({ c: ['chunk'] }))).toMatch(/node "c", port "documents"/);
  });

  it('a missing file', async () => {
    expect(await message(graphText({ 'load-1': load('nowhere/*.md') }))).toMatch(
      /node "load-1", param "paths".*nowhere/,
    );
  });

  it('a missing graph file', async () => {
    await write('quickstart.graft.json', graphText({}));
    const end = await graft(['run', 'quickstrat.graft.json'], { cwd: folder });
    expect(end.code).toBe(2);
    expect(end.stderr).toMatch(/quickstrat\.graft\.json.*Did you mean "quickstart\.graft\.json"/);
  });

  it.each(['../secret.txt', '/etc/hostname', 'link.txt'])(
    'a path outside the workspace: %s',
    async (outside) => {
      const other = await temporaryFolder();
      await writeFile(path.join(other, 'secret.txt'), 'secret');
      await symlink(path.join(other, 'secret.txt'), path.join(folder, 'link.txt'));
      const end = await refused(graphText({ 'load-1': load(outside) }));
      expect(errorLines(end)[0]).toMatch(
        /node "load-1", param "paths".*leads out of the workspace/,
      );
    },
  );

  it.each([
    ['encrypted.pdf', /encrypted|password/i],
    ['damaged.pdf', /damaged|not a PDF|cannot be read/i],
  ])('an unreadable document: %s', async (name, why) => {
    await cp(path.join(import.meta.dirname, 'fixtures', name), path.join(folder, name));
    const line = await message(graphText({ 'load-1': load(name) }));
    expect(line).toContain('node "load-1"');
    expect(line).toContain(name);
    expect(line).toMatch(why);
  });

  it('an empty corpus', async () => {
    await write('corpus/empty.txt', '');
    const text = graphText({ 'load-1': load('corpus'), 'chunk-1': ['chunk'] }, [
      'load-1.documents -> chunk-1.documents',
    ]);
    expect(await message(text)).toMatch(/node "load-1".*(empty|no text)/);
  });

  it('a document that is not UTF-8', async () => {
    await write('latin.txt', Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x0a]));
    const line = await message(graphText({ 'load-1': load('latin.txt') }));
    expect(line).toMatch(/node "load-1".*latin\.txt/);
    expect(line).toMatch(/UTF-8/i);
  });

  it('a graph file that is not UTF-8', async () => {
    expect(await message(Uint8Array.from([0x7b, 0xff, 0x7d]))).toMatch(/bad\.graft\.json.*UTF-8/);
  });

  it('a graph file that is not JSON', async () => {
    expect(await message('{\n  "graft": 1,\n  "nodes": {,}\n}\n')).toMatch(/bad\.graft\.json:3/);
  });

  it('a newer file format', async () => {
    expect(await message('{ "graft": 99, "nodes": {} }\n')).toMatch(/bad\.graft\.json.*99.*Update/);
  });

  it('a model whose digest is wrong', async () => {
    const weights = path.join(folder, 'weights.gguf');
    await writeFile(weights, 'not the bytes that were promised');
    const entry = {
      id: 'altered',
      title: 'Altered',
      kind: 'embedder',
      format: 'onnx',
      licence: { id: 'MIT', consent: false },
      architecture: 'bert',
      dtype: 'fp32',
      dimension: 8,
      contextLength: 512,
      parameters: 1,
      files: [{ path: 'w.gguf', digest: '2'.repeat(64), size: 32, sources: [`file:${weights}`] }],
    };
    await writeFile(path.join(models, 'imported.json'), JSON.stringify({ altered: entry }));
    await write('a.txt', 'text');
    const text = graphText(
      { 'load-1': load('a.txt'), 'chunk-1': ['chunk'], 'embed-1': ['embed', { model: 'altered' }] },
      ['load-1.documents -> chunk-1.documents', 'chunk-1.chunks -> embed-1.chunks'],
    );
    const line = await message(text);
    expect(line).toMatch(/node "embed-1".*(digest|sha256)/);
  });

  // Anything quadratic in the nodes would run into the timeout.
  it('a file of 100,000 nodes with one mistake in it', async () => {
    const nodes: Record<string, readonly [string, Readonly<Record<string, unknown>>]> = {};
    const count = 100_000 * inject('share');
    for (let i = 0; i < count; i += 1) nodes[`q-${i}`] = ['questions', { questions: 'Why?' }];
    const wrong = `q-${String(Math.trunc(0.7 * count))}`;
    nodes[wrong] = ['questions', {}];
    const end = await refused(graphText(nodes));
    expect(errorLines(end)[0]).toContain(`node "${wrong}", param "questions"`);
  });

  // Room for a part of the database, for nothing, for the documents but not for their chunks.
  const rooms = [60_000, 0, 2_400_000];
  const tried = rooms.slice(0, Math.ceil(rooms.length * inject('share')));
  it.for(tried)('a disk with %i bytes left', async (room, { skip }) => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      return skip('mounting a tmpfs needs root');
    }
    try {
      const text = graphText({ 'load-1': load('a.txt'), 'chunk-1': ['chunk'] }, [
        'load-1.documents -> chunk-1.documents',
      ]);
      await write(file, text);
      await write('a.txt', 'The kiln of the potters.\n'.repeat(60_000));
      const { bavail, bsize } = await statfs(folder);
      await write('filling', new Uint8Array(bavail * bsize - room));
      const [line] = errorLines(await refused(text, { command: graftProcess, code: 1 }));
      expect(line).toMatch(/No space is left on the disk|[Dd]isk (of .* )?is full/);
      await rm(path.join(folder, 'filling'));
      expect((await graftProcess(['run', file], { cwd: folder })).code).toBe(0);
    } finally {
      // What a worker of the command still has open is let go of later.
      execFileSync('umount', ['--lazy', folder]);
    }
  });

  it.each([
    ['for (;;) {}', /took longer than 500 ms at the row "typed-1" \(from line 1 on\)/, 500],
    [
      'return { ...row, question: "x".repeat(2 ** 29) };',
      /needed more than 16 MiB of memory at the row "typed-1"/,
    ],
    ['return require("fs");', /failed at the row "typed-1" \(line 1.*ReferenceError.*require/],
    [
      'return { ...row, question: 1 };',
      /returned for "typed-1" is not a row of questions: "question"/,
    ],
  ])('code of a graph that must not be: %s', async (body, expected, timeLimit = 60_000) => {
    const code = `function transform(row) { ${body} }`;
    const text = graphText(
      {
        ask: ['questions', { questions: 'Why?\nHow?' }],
        'code-1': ['transform', { code, timeLimit, memory: 16 }],
      },
      ['ask.questions -> code-1.rows'],
    );
    const output = await message(text);
    expect(output).toContain('node "code-1", param "code": ');
    expect(output).toMatch(expected);
  });

  // The command waits for the lock for seconds; prisma/database.isolated.test.ts always waits.
  it.runIf(inject('share') === 1)('a locked database', async () => {
    const sound = graphText({ 'ask-1': ['questions', { questions: 'Why?' }] });
    await write(file, sound);
    expect((await graft(['run', file], { cwd: folder })).code).toBe(0);
    const database = createClient({ url: `file:${path.join(folder, '.graft', 'index.db')}` });
    await database.execute('BEGIN EXCLUSIVE');
    try {
      expect(await message(sound, 1)).toMatch(
        /index\.db: Another program holds the database.*then try again/,
      );
    } finally {
      await database.execute('ROLLBACK');
      database.close();
    }
  });

  it.each([
    [['run'], /missing required argument/],
    [['run', file, '--onyl', 'x'], /--only/],
    [['rnu'], /Did you mean run/],
    [['run', file, '--set', 'size'], /Write node\.param=value/],
    [['run', file, '--set', 'ask-2.limit=3'], /"ask-2".*Did you mean "ask-1"/],
    [['run', file, '--set', 'ask-1.limt=3'], /param "limt".*Did you mean "limit"/],
    [['run', file, '--only', 'ask-9'], /"ask-9".*Did you mean "ask-1"/],
    [['why', 'latest', 'ask-1'], /There is no workspace here/],
    [['nodes', 'chnk'], /Did you mean "chunk"/],
    [['models', 'pull', 'no-such-model'], /no-such-model/],
    [['export', 'latest', '--format', 'pdf'], /Choose html, md or bundle/],
    [['serve', 'no-such-folder'], /no-such-folder is not a folder/],
    [['serve', '.', '--port', 'x'], /--port takes a whole number/],
  ])('a wrong command line: graft %j', async (args, expected) => {
    await write(file, graphText({ 'ask-1': ['questions', { questions: 'Why?' }] }));
    const end = await graft(args, { cwd: folder, env: { GRAFT_MODELS: models } });
    expect(end.stderr).toMatch(expected);
    expect(end.stderr).not.toMatch(/\n\s+at .+:\d+:\d+/);
    expect(end.code).toBe(2);
  });
});
