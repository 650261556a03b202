import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { partialPath } from '@graft/kit';
import { mountReadOnly } from '@graft/kit/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryArtifactStore } from '@graft/store/testing';
import { FrozenFiles } from './frozen-files.ts';
import { withSaveLock } from './save-file.ts';

const file = 'frozen/flow/ask.questions.jsonl';
const rows = '{"id":"a","question":"When?","mine":[1.0]}\n\n{"id":"b","question":"Who?"}\n';
const limit = { atMost: 1_000 };
const artifacts = new MemoryArtifactStore();

let folder: string;
let root: string;
let files: FrozenFiles;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-frozen-')));
  root = join(folder, 'workspace');
  await mkdir(join(root, 'frozen/flow'), { recursive: true });
  await writeFile(join(root, file), rows);
  files = new FrozenFiles({ root, stateFolder: join(root, '.graft'), artifacts });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const save = async (text: string, base?: string, of = file) =>
  files.save(
    {
      ...{ file: of, text, type: 'questions', written: 0 },
      base: base ?? (await files.read(file, limit)).revision,
    },
    limit,
  );
const onDisk = (): Promise<string> => readFile(join(root, file), 'utf8');

it('replaces a file by the very text, and leaves nothing beside it', async () => {
  const read = await files.read(file, limit);
  expect(read).toMatchObject({ file, text: rows });
  const edited = rows.replace('Who?', 'Whose?');
  const saved = await save(edited, read.revision);
  expect(await onDisk()).toBe(edited);
  expect(await files.read(file, limit)).toEqual(saved);
  expect(await readdir(join(root, 'frozen/flow'))).toEqual(['ask.questions.jsonl']);
});

it('clears up what saves that were killed left in the folder, and nothing of those that go on', async () => {
  const [going, killed] = [partialPath(''), partialPath('').replace(/\d+-\d+/, '99999999-1')];
  for (const name of [going, killed]) await writeFile(join(root, 'frozen/flow', name), 'half');
  await save(rows.replace('Who?', 'Whose?'));
  const left = await readdir(join(root, 'frozen/flow'));
  expect(left.sort()).toEqual([going, 'ask.questions.jsonl']);
});

it('overwrites nothing that was changed or deleted meanwhile', async () => {
  const { revision } = await files.read(file, limit);
  await writeFile(join(root, file), '{"question":"by git"}\n');
  await expect(save(rows, revision)).rejects.toMatchObject({
    code: 'stale-save',
    location: { file },
  });
  expect(await onDisk()).toBe('{"question":"by git"}\n');
  await rm(join(root, file));
  await expect(save(rows, revision)).rejects.toMatchObject({ code: 'missing-file' });
});

it('lets one of two savers win, and tells the other', async () => {
  const { revision } = await files.read(file, limit);
  const texts = ['{"question":"one"}\n', '{"question":"two"}\n'];
  const ends = await Promise.allSettled(texts.map((text) => save(text, revision)));
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(texts).toContain(await onDisk());
});

it('writes no row that is none, and says which', async () => {
  await expect(save('{"question":"x"}\n{"question":1}\n')).rejects.toMatchObject({
    code: 'bad-row',
    message: 'row 2, field "question": expected string, received number.',
    location: { file, line: 2, field: 'question' },
  });
  await expect(save('\n')).rejects.toMatchObject({ code: 'bad-input' });
  expect(await onDisk()).toBe(rows);
});

it('names the limit and the file, when read and when saved', async () => {
  await expect(files.read(file, { atMost: 20 })).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringContaining(`Edit the file with your editor: ${join(root, file)}`),
  });
  const long = `${JSON.stringify({ question: 'x'.repeat(1_500_000) })}\n`;
  await expect(save(long)).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringMatching(/take 1\.5 MB; you can edit up to 0 MB/),
  });
  expect(await onDisk()).toBe(rows);
});

it.each([
  'frozen/../notes.jsonl',
  'notes.jsonl',
  'frozen/flow.graft.json',
  'frozen/.hidden/a.jsonl',
  '.graft/frozen/a.jsonl',
])('touches no %s', async (other) => {
  await mkdir(join(root, 'frozen/.hidden'));
  for (const path of ['notes.jsonl', 'frozen/.hidden/a.jsonl', 'frozen/flow.graft.json'])
    await writeFile(join(root, path), rows);
  await expect(files.read(other, limit)).rejects.toMatchObject({ code: 'bad-name' });
  await expect(save('{"question":"x"}\n', '', other)).rejects.toMatchObject({ code: 'bad-name' });
  expect(await readFile(join(root, 'notes.jsonl'), 'utf8')).toBe(rows);
});

it('follows no link that leads out, into a hidden folder, or to another kind of file', async () => {
  await mkdir(join(folder, 'elsewhere'));
  await mkdir(join(root, '.git'));
  await writeFile(join(folder, 'elsewhere/a.jsonl'), rows);
  await writeFile(join(root, '.git/a.jsonl'), rows);
  await writeFile(join(root, 'notes.jsonl'), rows);
  await symlink(join(folder, 'elsewhere'), join(root, 'frozen/out'));
  await symlink(join(root, '.git'), join(root, 'frozen/git'));
  await symlink(join(root, 'notes.jsonl'), join(root, 'frozen/notes.jsonl'));
  const refused = [
    ['frozen/out/a.jsonl', 'outside-workspace'],
    ['../elsewhere/a.jsonl', 'outside-workspace'],
    ['frozen/git/a.jsonl', 'bad-name'],
    ['frozen/notes.jsonl', 'bad-name'],
    ['frozen/flow', 'bad-name'],
    ['frozen/none.jsonl', 'missing-file'],
  ] as const;
  for (const [path, code] of refused) {
    await expect(files.read(path, limit), path).rejects.toMatchObject({ code });
    await expect(save('{"question":"x"}\n', '', path), path).rejects.toMatchObject({ code });
  }
  for (const path of ['.git/a.jsonl', 'notes.jsonl', '../elsewhere/a.jsonl'])
    expect(await readFile(join(root, path), 'utf8')).toBe(rows);
});

it('writes the file that a link within leads to, and keeps the link', async () => {
  await symlink('ask.questions.jsonl', join(root, 'frozen/flow/same.jsonl'));
  await save('{"question":"x"}\n', undefined, 'frozen/flow/same.jsonl');
  expect(await onDisk()).toBe('{"question":"x"}\n');
  expect(await realpath(join(root, 'frozen/flow/same.jsonl'))).toBe(join(root, file));
});

it('refuses bytes that are no UTF-8, which saving would change', async () => {
  await writeFile(join(root, file), Buffer.from([0x7b, 0xff, 0x7d]));
  await expect(files.read(file, limit)).rejects.toMatchObject({ code: 'bad-encoding' });
});

it('writes to no place outside that a folder became a link to while it waited for another save', async () => {
  const outside = join(folder, 'elsewhere');
  await mkdir(outside);
  await writeFile(join(outside, 'ask.questions.jsonl'), rows);
  let saving = Promise.resolve<unknown>(undefined);
  const edited = rows.replace('Who?', 'Whose?');
  const { revision } = await files.read(file, limit);
  await withSaveLock(join(root, '.graft/locks/save'), async () => {
    saving = save(edited, revision).catch((error: unknown) => error);
    // It has looked at the file, and waits.
    await setTimeout(100);
    await rename(join(root, 'frozen/flow'), join(root, 'frozen/old'));
    await symlink(outside, join(root, 'frozen/flow'));
  });
  expect(await saving).toMatchObject({ code: 'outside-workspace' });
  expect(await readFile(join(outside, 'ask.questions.jsonl'), 'utf8')).toBe(rows);
});

it('says of a folder that cannot be written, and leaves the file as it was', async (test) => {
  const mounted = mountReadOnly(root);
  if (mounted === undefined) return test.skip('This process may not mount a disk.');
  try {
    const readOnly = new FrozenFiles({
      root: await realpath(mounted.folder),
      ...{ stateFolder: join(folder, 'state'), artifacts },
    });
    const { revision } = await readOnly.read(file, limit);
    const edit = {
      file,
      text: '{"question":"x"}\n',
      base: revision,
      type: 'questions',
      written: 0,
    };
    await expect(readOnly.save(edit, limit)).rejects.toMatchObject({
      code: 'state-unusable',
      message: expect.stringContaining('the rows were not saved, and the file is unchanged'),
      location: { file },
    });
    expect(await onDisk()).toBe(rows);
  } finally {
    mounted.unmount();
  }
});
