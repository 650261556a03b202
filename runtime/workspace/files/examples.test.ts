import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGraph } from '@graft/graph';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copiesFolder, openWorkspace, type Workspace } from '../workspace.ts';

const examplesFolder = join(import.meta.dirname, '../../../examples');
const quickstart = 'rag-quickstart.graft.json';
let folder: string;
let workspace: Workspace;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-examples-')));
  const modelsFolder = join(folder, '.models');
  workspace = await openWorkspace({ root: folder, modelsFolder, examplesFolder });
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it('lists every example with what belongs to it', async () => {
  const examples = await workspace.examples.list();
  const graphs = (await readdir(examplesFolder)).filter((name) => name.endsWith('.graft.json'));
  const listed = examples.map(({ path }) => path);
  expect(listed.filter((path) => !path.includes('/')).sort()).toEqual(graphs.sort());
  expect(examples[0]).toMatchObject({
    path: quickstart,
    title: 'Answers from a handbook',
    headline: 'generate',
    firstRun: { cores: 2 },
    // The graph, the one that it uses, 89 documents, the questions and the three files of the adapter.
    files: 95,
    models: [{ id: 'SmolLM2-135M-Instruct' }, { id: 'all-MiniLM-L6-v2' }],
  });
});

it('finds the examples that have a node of a type, also within a graph that they use', async () => {
  const uses = await workspace.examples.uses('retrieve');
  // Its retrieval is in a graph of the library.
  expect(uses[0]).toMatchObject({ path: quickstart, params: { mode: 'hybrid', k: 20 } });
  const paths = (await workspace.examples.uses('train-lora')).map(({ path }) => path);
  expect(paths).toContain('lora-quickstart.graft.json');
  expect(paths).not.toContain(quickstart);
  expect(await workspace.examples.uses('unheard-of')).toEqual([]);
});

it('tells what an example claims, whether that was seen, and by which tables', async () => {
  const examples = await workspace.examples.list();
  expect(examples[0]?.claim).toBeUndefined();
  const path = 'rag-vs-lora/rag-vs-lora.graft.json';
  const claim = examples.find((one) => one.path === path)?.claim;
  expect(claim).toMatchObject({ holds: true, says: expect.stringContaining('adapter') });
  const tables = await workspace.examples.tables(path);
  expect(Object.keys(tables)).toEqual(claim?.tables);
  for (const { rows, metrics } of Object.values(tables)) {
    expect(rows.length).toBeGreaterThan(1);
    expect(metrics.length).toBeGreaterThan(0);
  }
  const { rows = [] } = claim?.small ?? {};
  expect(claim?.small?.metric).toMatchObject({ name: 'Exact match', direction: 'higher' });
  expect(rows.map(({ variant }) => variant)).toContain('neither');
  expect(rows[0]?.variant).toBe('both');
  await expect(workspace.examples.tables(quickstart)).rejects.toMatchObject({
    code: 'missing-file',
  });
});

it('gives what the variants of a claim answered, with how each was marked', async () => {
  const path = 'rag-vs-lora/rag-vs-lora.graft.json';
  const { arms } = await workspace.examples.tables(path);
  const asked = await workspace.examples.answers(path, 'arms');
  expect(asked.length).toBeGreaterThan(30);
  const variants = arms?.rows.map(({ variant }) => variant);
  for (const { question, right, answers } of asked) {
    expect(question).toMatch(/\?$/);
    expect(right).toHaveLength(1);
    expect(answers.map(({ variant }) => variant)).toEqual(variants);
    const both = answers.find(({ variant }) => variant === 'both');
    expect(Object.keys(both?.values ?? {}).sort()).toEqual(
      arms?.metrics.map(({ name }) => name).sort(),
    );
    // A right answer has the words of the reference.
    if (both?.values['accuracy'] === 1) {
      expect(String(both.given).toLowerCase()).toContain(right[0]?.split(' ')[0]?.toLowerCase());
    }
  }
  expect(await workspace.examples.answers(path, 'unheard-of')).toEqual([]);
});

it('points to a result of each example, to a table of each claim, and opens with a title', async () => {
  for (const { path, title, headline, claim } of await workspace.examples.list()) {
    const { nodes } = parseGraph(await readFile(join(examplesFolder, path), 'utf8'), path);
    expect(Object.keys(nodes), path).toContain(headline);
    expect(title, path).toMatch(/^[A-Z].* .*/);
    if (claim !== undefined) expect(claim.small?.rows.length, path).toBeGreaterThan(1);
  }
});

it('tells when a claim was measured, and how it was amended since it was stated', async () => {
  const examples = await workspace.examples.list();
  const claimOf = (name: string) =>
    examples.find(({ path }) => path === `${name}/${name}.graft.json`)?.claim;
  expect(claimOf('tuned-embeddings')).toMatchObject({
    registered: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    amended: [{ what: expect.stringContaining('measured again') }],
    measured: { date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
  });
  expect(claimOf('adapter-algebra')?.amended[0]).toMatchObject({
    what: expect.stringContaining('unteaches'),
    why: expect.stringContaining('refuted'),
  });
});

it.each(['{', '{"graph": 3}'])('takes a claim that cannot be read for none: %s', async (claim) => {
  const own = join(folder, '.own');
  const path = 'small/small.graft.json';
  await mkdir(join(own, 'small'), { recursive: true });
  const params = { paths: ['small/README.md'] };
  const nodes = { files: { type: 'load-files', version: 1, params } };
  await writeFile(join(own, path), JSON.stringify({ graft: 1, nodes, edges: [] }));
  await writeFile(join(own, 'small/README.md'), 'Small.');
  await writeFile(join(own, 'small/claim.json'), claim);
  await writeFile(
    join(own, 'examples.json'),
    JSON.stringify({ [path]: { about: 'Reads a file.' } }),
  );
  const root = join(folder, '.workspace');
  await mkdir(root);
  const places = { root, modelsFolder: join(folder, '.models'), examplesFolder: own };
  await using opened = await openWorkspace(places);
  const [example, ...others] = await opened.examples.list();
  expect(others).toEqual([]);
  expect(example).toMatchObject({ path, title: 'small', about: 'Reads a file.', files: 2 });
  expect(example?.claim).toBeUndefined();
  await expect(opened.examples.tables(path)).rejects.toMatchObject({ code: 'missing-file' });
});

it('copies one with all that it needs, so that it plans as it was locked', async () => {
  const written = await workspace.examples.copy(quickstart);
  expect(written).toHaveLength(95);
  const text = await readFile(join(folder, quickstart), 'utf8');
  const plan = await workspace.runs.explain(parseGraph(text), quickstart, { locked: true });
  expect(plan.problems).toEqual([]);
  expect(plan.nodes).toHaveLength(11);
  expect(await workspace.examples.copy(quickstart)).toEqual([]);
});

it('copies one that has a folder of its own with what stands in it, but for how it was measured', async () => {
  const written = await workspace.examples.copy('yesterday/yesterday.graft.json');
  expect(written).toEqual(
    expect.arrayContaining(
      ['README.md', 'serve.mjs', 'news.jsonl'].map((one) => `yesterday/${one}`),
    ),
  );
  expect(written).not.toContain('yesterday/claim.json');
});

it('takes no file’s place, and copies nothing that is no example', async () => {
  await writeFile(join(folder, 'handbook-questions.jsonl'), 'mine');
  await expect(workspace.examples.copy(quickstart)).rejects.toMatchObject({
    code: 'name-taken',
    message: expect.stringContaining('handbook-questions.jsonl'),
  });
  expect((await readdir(folder)).sort()).toEqual(['.graft', 'handbook-questions.jsonl']);
  for (const path of ['README.md', '../package.json', 'lib/hybrid-retrieval.graft.json']) {
    await expect(workspace.examples.copy(path)).rejects.toMatchObject({ code: 'missing-file' });
  }
});

it('tells a copy from the example that it was made of, where they lie in one workspace', async () => {
  const own = join(folder, '.own');
  await mkdir(own);
  const names = ['a.graft.json', 'a-2.graft.json'];
  const firstRun = { seconds: 150, cores: 2, date: '2026-12-01' };
  await writeFile(
    join(own, 'examples.json'),
    JSON.stringify({
      [quickstart]: { about: 'Answers questions.', headline: 'generate' },
      'deep/a.graft.json': { about: 'Is deep.', firstRun },
    }),
  );
  const places = { root: own, modelsFolder: join(folder, '.models'), examplesFolder: own };
  await using opened = await openWorkspace(places);
  const { examples } = opened;
  expect(await examples.origin(quickstart)).toEqual({
    ...{ path: quickstart, original: true, headline: 'generate' },
  });
  expect(await examples.origin('deep/a.graft.json')).toMatchObject({ original: true, firstRun });
  // It was measured of the example as it came.
  for (const name of names) {
    expect(await examples.origin(`${copiesFolder}/deep/${name}`)).toEqual({
      path: 'deep/a.graft.json',
      original: false,
    });
  }
  for (const path of ['other.graft.json', `${copiesFolder}/other.graft.json`, copiesFolder]) {
    expect(await examples.origin(path)).toBeUndefined();
  }
  // Elsewhere a copy has the name of its example.
  expect(await workspace.examples.origin(quickstart)).toMatchObject({
    path: quickstart,
    original: false,
  });
  expect(await workspace.examples.text(quickstart)).toBe(
    await readFile(join(examplesFolder, quickstart), 'utf8'),
  );
  await writeFile(join(own, 'examples.json'), '{');
  expect(await examples.origin(quickstart)).toBeUndefined();
});
