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
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LabelFiles } from './label-files.ts';

const file = 'deep/answers.labels.jsonl';
const line = (label: string): string =>
  `${JSON.stringify({ id: 'a', question: 'When?', answer: 'At noon.', label })}\n`;
const limit = { atMost: 1_000 };

let folder: string;
let root: string;
let files: LabelFiles;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-labels-')));
  root = join(folder, 'workspace');
  await mkdir(root);
  files = new LabelFiles(root, join(root, '.graft'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const save = (text: string, base: string, of = file) => files.save({ file: of, text, base }, limit);

it('makes the file by the first save, in a folder that is not there, and replaces it by the next', async () => {
  expect(await files.read(file, limit)).toEqual({ file, revision: '', text: '' });
  const first = await save(line('right'), '');
  expect(await files.read(file, limit)).toEqual(first);
  await save(line('wrong'), first.revision);
  expect(await readFile(join(root, file), 'utf8')).toBe(line('wrong'));
  expect(await readdir(join(root, 'deep'))).toEqual(['answers.labels.jsonl']);
});

it('overwrites nothing that was made, changed or deleted meanwhile', async () => {
  const { revision } = await save(line('right'), '');
  const stale = { code: 'stale-save', location: { file } };
  await expect(save(line('wrong'), '')).rejects.toMatchObject(stale);
  await writeFile(join(root, file), line('skip'));
  await expect(save(line('wrong'), revision)).rejects.toMatchObject(stale);
  expect(await readFile(join(root, file), 'utf8')).toBe(line('skip'));
  await rm(join(root, file));
  await expect(save(line('wrong'), revision)).rejects.toMatchObject(stale);
});

it('lets one of two that begin it win, and tells the other', async () => {
  const ends = await Promise.allSettled([save(line('right'), ''), save(line('wrong'), '')]);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

it('writes nothing that is no label, and names the limit', async () => {
  await expect(save(`${line('right')}{"id":"b"}\n`, '')).rejects.toMatchObject({
    code: 'bad-row',
    location: { file, line: 2 },
  });
  await expect(save(line('right').repeat(30), '')).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringMatching(/^These labels take /),
  });
  expect(await readdir(root)).not.toContain('deep');
});

it.each([
  ['notes.jsonl', 'bad-name'],
  ['.git/a.labels.jsonl', 'bad-name'],
  ['deep/.hidden/a.labels.jsonl', 'bad-name'],
  ['node_modules/a.labels.jsonl', 'bad-name'],
  ['con/a.labels.jsonl', 'bad-name'],
  ['../a.labels.jsonl', 'outside-workspace'],
  ['a.labels.jsonl/b.labels.jsonl', 'outside-workspace'],
])('touches no %s', async (other, code) => {
  await symlink(join(folder, 'nowhere'), join(root, 'a.labels.jsonl'));
  await expect(files.read(other, limit)).rejects.toMatchObject({ code });
  await expect(save(line('right'), '', other)).rejects.toMatchObject({ code });
});

it('follows no link that leads out, into a hidden folder, or to another kind of file', async () => {
  await mkdir(join(root, '.git'));
  await writeFile(join(root, 'notes.jsonl'), 'mine');
  await symlink(folder, join(root, 'out'));
  await symlink(join(folder, 'nowhere'), join(root, 'nowhere.labels.jsonl'));
  await symlink('.git', join(root, 'git'));
  await symlink('notes.jsonl', join(root, 'notes.labels.jsonl'));
  const refused = [
    ['out/a.labels.jsonl', 'outside-workspace'],
    ['nowhere.labels.jsonl', 'outside-workspace'],
    ['git/a.labels.jsonl', 'bad-name'],
    ['notes.labels.jsonl', 'bad-name'],
  ] as const;
  for (const [path, code] of refused) {
    await expect(files.read(path, limit), path).rejects.toMatchObject({ code });
    await expect(save(line('right'), '', path), path).rejects.toMatchObject({ code });
  }
  expect((await readdir(folder)).sort()).toEqual(['workspace']);
  expect(await readFile(join(root, 'notes.jsonl'), 'utf8')).toBe('mine');
});
