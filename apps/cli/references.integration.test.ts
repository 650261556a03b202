import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder, type Finished } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const file = 'user.graft.json';
const lib = 'lib/cut.graft.json';
let folder: string;
const there = (...args: string[]): Promise<Finished> => graft(args, { cwd: folder });
const read = async (): Promise<Graph> =>
  parseGraph(await readFile(path.join(folder, file), 'utf8'));
const write = (name: string, text: string): Promise<void> =>
  writeFile(path.join(folder, name), serializeGraph(parseGraph(text)));

/** Chunks of documents, by size. */
const cutting = (size: number): string =>
  graphText(
    {
      docs: ['input', { name: 'documents', type: 'documents' }],
      chunk: ['chunk', { size }],
      out: ['output', { name: 'chunks' }],
    },
    ['docs.value -> chunk.documents', 'chunk.chunks -> out.value'],
  );

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(path.join(folder, 'lib'));
  await writeFile(path.join(folder, 'a.txt'), 'All about a.');
  await write(lib, cutting(64));
  const nodes = graphText(
    { files: ['load-files', { paths: ['a.txt'] }], cut: ['graph', { use: lib }] },
    ['files.documents -> cut.documents'],
  );
  await write(file, nodes);
  await there('run', file);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('plan, validate and run say what has changed in a graph that is used; --locked refuses it', async () => {
  const before = (await read()).lock.graphs;
  expect(Object.keys(before)).toEqual([lib]);
  await write(lib, cutting(128));
  for (const command of ['plan', 'validate', 'run']) {
    const { code, stderr } = await there(command, file);
    expect(code, command).toBe(0);
    expect(stderr, command).toContain(`note The graph "${lib}" has changed since it was locked.`);
    expect(stderr, command).toContain('"chunk": size 64 → 128');
    expect(stderr, command).toContain(`graft lock ${file} --keep ${lib}`);
  }
  const refused = await there('plan', file, '--locked');
  expect(refused.code).toBe(2);
  expect((await read()).lock.graphs).toEqual(before);
});

it('lock --keep copies the old one into the file, whose results are there still', async () => {
  const { code, stdout } = await there('lock', file, '--keep', lib);
  expect(code).toBe(0);
  expect(stdout).toContain(`now has a copy of the locked ${lib}`);
  const kept = await read();
  expect(kept.nodes['cut']?.params).toEqual({ use: '#cut' });
  expect(kept.graphs?.['cut']?.nodes['chunk']?.params).toEqual({ size: 64 });
  expect(kept.lock.graphs).toEqual({});
  const plan = await there('plan', file, '--locked');
  expect(plan).toMatchObject({ code: 0, stderr: '' });
  expect(plan.stdout).toContain('2 reused, 0 to run');
});

it('lock --take and lock take what is there; what was never seen here cannot be kept', async () => {
  const nodes = graphText(
    { files: ['load-files', { paths: ['a.txt'] }], cut: ['graph', { use: lib }] },
    ['files.documents -> cut.documents'],
  );
  const graph = parseGraph(nodes);
  const lock = { ...graph.lock, graphs: { [lib]: { digest: '0'.repeat(64) } } };
  await writeFile(path.join(folder, file), serializeGraph({ ...graph, lock }));
  const refused = await there('lock', file, '--keep', lib);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('is not on this machine');
  const both = await there('lock', file, '--keep', lib, '--take', lib);
  expect(both).toMatchObject({ code: 2, stdout: '' });
  expect(both.stderr).toContain('Choose one.');
  expect((await there('lock', file, '--take', lib)).code).toBe(0);
  const taken = (await read()).lock;
  expect(taken.graphs[lib]?.digest).toMatch(/^(?!0{64})[0-9a-f]{64}$/);
  expect(taken.files).toEqual({});
  const all = await there('lock', file);
  expect(all.stdout).toContain('0 models, 1 source of files and 1 graph file');
  expect((await read()).lock.graphs).toEqual(taken.graphs);
});

it('a graph that cannot be planned counts no steps, and a run says what it used', async () => {
  await write('broken.graft.json', graphText({ chunk: ['chunk', { size: 'no' }] }));
  const plan = await there('plan', 'broken.graft.json');
  expect(plan.code).toBe(2);
  expect(plan.stdout).toBe('');
  await there('run', file);
  const shown = await there('runs', 'show', 'latest');
  expect(shown.stdout).toContain(`used ${lib} as it was then`);
});
