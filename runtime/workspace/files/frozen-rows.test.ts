import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArtifact } from '@graft/engine';
import { type ArtifactRef, Comparison, Embeddings, Questions } from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeFrozenRows } from './frozen-rows.ts';

let folder: string;
let root: string;
let artifacts: MemoryArtifactStore;
let questions: ArtifactRef;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-frozen-')));
  root = join(folder, 'workspace');
  await mkdir(root);
  artifacts = new MemoryArtifactStore();
  const value = [
    { id: 'a', question: 'When?' },
    { id: 'b', question: 'Who?' },
  ];
  questions = await writeArtifact(artifacts, { port: 'questions', type: Questions, value });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const freeze = (graph: string, artifact = questions, node = 'ask') =>
  writeFrozenRows({ root, artifacts }, { graph, node, port: 'questions', artifact });

it('writes rows beside those that were frozen before', async () => {
  const first = await freeze('sub/flow.graft.json');
  expect(first).toEqual({
    file: 'frozen/sub/flow/ask.questions.jsonl',
    type: 'questions',
    version: Questions.version,
    rows: 2,
  });
  expect(await readFile(join(root, first.file), 'utf8')).toBe(
    '{"id":"a","question":"When?"}\n{"id":"b","question":"Who?"}\n',
  );
  const other = await writeArtifact(artifacts, {
    ...{ port: 'questions', type: Questions, value: [{ id: 'c', question: 'Why?' }] },
  });
  const second = await freeze('sub/flow.graft.json', other);
  expect(second.file).toBe('frozen/sub/flow/ask.questions-2.jsonl');
  expect((await readdir(join(root, 'frozen/sub/flow'))).sort()).toEqual([
    'ask.questions-2.jsonl',
    'ask.questions.jsonl',
  ]);
  // A node of a subgraph, by its path.
  expect((await freeze('flow.graft.json', questions, 'inner/ask')).file).toBe(
    'frozen/flow/inner.ask.questions.jsonl',
  );
});

it('writes equal rows that are frozen at once, or again, to one file', async () => {
  const frozen = await Promise.all(Array.from({ length: 4 }, () => freeze('flow.graft.json')));
  frozen.push(await freeze('flow.graft.json'));
  expect(new Set(frozen.map(({ file }) => file))).toEqual(
    new Set(['frozen/flow/ask.questions.jsonl']),
  );
  expect(await readdir(join(root, 'frozen/flow'))).toEqual(['ask.questions.jsonl']);
});

it('writes nothing through a link that leads out, or into a hidden folder', async () => {
  await mkdir(join(folder, 'elsewhere'));
  await symlink(join(folder, 'elsewhere'), join(root, 'frozen'));
  await expect(freeze('flow.graft.json')).rejects.toMatchObject({ code: 'outside-workspace' });
  await expect(freeze('../flow.graft.json')).rejects.toMatchObject({ code: 'bad-name' });
  await expect(freeze('.git/flow.graft.json')).rejects.toMatchObject({ code: 'bad-name' });
  expect(await readdir(join(folder, 'elsewhere'))).toEqual([]);
});

it('says what has no rows of text', async () => {
  const vectors: ArtifactRef = { ...questions, mediaType: Embeddings.mediaType };
  await expect(freeze('flow.graft.json', vectors)).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('they are vectors'),
    location: { node: 'ask' },
  });
  const table: ArtifactRef = { ...questions, mediaType: Comparison.mediaType };
  await expect(freeze('flow.graft.json', table)).rejects.toMatchObject({
    message: expect.stringContaining('they are one value'),
  });
});
