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
import { GraphError } from '@graft/graph';
import { mountSmallDisk } from '@graft/kit/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sentBody } from '../testing/sent-body.ts';
import { WorkspaceFiles } from './workspace-files.ts';

let folder: string;
let root: string;
let scratchFolder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-uploads-')));
  root = join(folder, 'workspace');
  scratchFolder = join(root, '.graft/scratch');
  await mkdir(join(root, 'notes'), { recursive: true });
  await writeFile(join(root, 'notes/kilns.md'), 'Mine.');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const receive = (
  files: Parameters<typeof sentBody>[0],
  { renamed = false, cut = 0 }: { readonly renamed?: boolean; readonly cut?: number } = {},
) => new WorkspaceFiles({ root, scratchFolder }).receive(sentBody(files, cut), { renamed });

/** Everything below the folder of the test but the workspace's own state. */
const all = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
const before = ['workspace/notes/kilns.md'];

it('writes files where they are named, byte for byte, in pieces of any size', async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 251));
  const paths = ['notes/a.md', 'new/b.bin', 'empty.txt'];
  expect(await receive({ 'notes/a.md': 'A\n', 'new/b.bin': bytes, 'empty.txt': '' })).toEqual({
    ...{ paths, written: paths },
  });
  expect(await readFile(join(root, 'notes/a.md'), 'utf8')).toBe('A\n');
  expect((await readFile(join(root, 'new/b.bin'))).equals(bytes)).toBe(true);
  expect(await all()).toEqual(
    ['workspace/empty.txt', 'workspace/new/b.bin', 'workspace/notes/a.md', ...before].sort(),
  );
});

it('writes nothing where nobody waits for it any more, though all has come', async () => {
  const leaving = new AbortController();
  const { signal } = leaving;
  async function* thenLeave(): AsyncGenerator<Uint8Array> {
    yield* sentBody({ 'new.md': 'N' });
    leaving.abort();
  }
  const uploads = new WorkspaceFiles({ root, scratchFolder });
  await expect(uploads.receive(thenLeave(), { renamed: false, signal })).rejects.toThrow();
  expect(await all()).toEqual(before);
});

it('never takes the place of a file, tells all that would, and numbers them where asked', async () => {
  await writeFile(join(root, 'b.md'), 'B');
  const files = { 'notes/kilns.md': 'Theirs.', 'new.md': 'N', 'b.md': 'Theirs.' };
  const refused = await receive(files).catch((error: unknown) => error);
  expect(GraphError.from(refused).problems).toMatchObject([
    { code: 'name-taken', location: { file: 'notes/kilns.md' } },
    { code: 'name-taken', location: { file: 'b.md' } },
  ]);
  expect(await all()).toEqual(['workspace/b.md', ...before]);
  const paths = ['notes/kilns-2.md', 'new.md', 'b-2.md'];
  expect(await receive(files, { renamed: true })).toEqual({ paths, written: paths });
  expect(await readFile(join(root, 'notes/kilns.md'), 'utf8')).toBe('Mine.');
  expect(await receive({ 'notes/kilns.md': '' }, { renamed: true })).toMatchObject({
    paths: ['notes/kilns-3.md'],
  });
});

it('takes what is there with the same bytes as it is, and another of as many bytes for another', async () => {
  const files = { 'notes/kilns.md': 'Mine.', 'new.md': 'N' };
  expect(await receive(files)).toEqual({ paths: Object.keys(files), written: ['new.md'] });
  const others = { 'notes/kilns.md': 'Yours', 'new.md': 'N', 'third.md': '3' };
  const refused = await receive(others).catch((error: unknown) => error);
  expect(GraphError.from(refused).problems.map(({ location }) => location.file)).toEqual([
    ...['notes/kilns.md', 'new.md'],
  ]);
  expect(await all()).toEqual(['workspace/new.md', ...before]);
  const paths = ['notes/kilns-2.md', 'new.md', 'third.md'];
  expect(await receive(others, { renamed: true })).toEqual({
    ...{ paths, written: ['notes/kilns-2.md', 'third.md'] },
  });
  expect(await receive(others, { renamed: true })).toEqual({ paths, written: [] });
});

it('refuses two files of one name where upper and lower case are one', async () => {
  await expect(receive({ 'a.md': '1', 'A.md': '2' })).rejects.toMatchObject({ code: 'name-taken' });
  expect(await all()).toEqual(before);
});

it.each([
  '../evil.md',
  '/tmp/evil.md',
  'notes/../../evil.md',
  'a\\..\\evil.md',
  'nul\0.md',
  'NUL.md',
  'notes/com1.txt',
  'C:evil.md',
  `${'n'.repeat(300)}.md`,
  '.git/hooks/pre-commit',
  '.graft/index.db',
  'node_modules/x.js',
  'notes/ a.md',
  'notes/',
])('refuses the name %j, and nothing is written', async (name) => {
  const refused = await receive({ 'good.md': 'G', [name]: 'evil' }).catch(
    (error: unknown) => error,
  );
  expect(['bad-name', 'outside-workspace', 'name-taken']).toContain(GraphError.from(refused).code);
  expect(await all()).toEqual(before);
});

it.each([false, true])(
  'says that a file stands where a folder is wanted: renamed %s',
  async (renamed) => {
    const sent = { 'good.md': 'G', 'notes/kilns.md/below.md': 'evil' };
    await expect(receive(sent, { renamed })).rejects.toMatchObject({
      code: 'bad-input',
      message:
        'The workspace has a file with the name of the folder notes/kilns.md. Nothing was written. Rename one of them.',
    });
    expect(await all()).toEqual(before);
  },
);

it('follows no link out of the workspace', async () => {
  await mkdir(join(folder, 'others'));
  await symlink('../others', join(root, 'out'));
  await expect(receive({ 'out/evil.md': 'evil' })).rejects.toMatchObject({
    code: 'outside-workspace',
  });
  expect(await readdir(join(folder, 'others'))).toEqual([]);
});

it('follows no link into a hidden folder', async () => {
  await mkdir(join(root, '.git/hooks'), { recursive: true });
  await symlink('.git', join(root, 'shown'));
  await expect(receive({ 'shown/hooks/pre-commit': 'evil' })).rejects.toMatchObject({
    code: 'bad-name',
  });
  expect(await readdir(join(root, '.git/hooks'))).toEqual([]);
});

it.each([1, 5, 40])('keeps nothing of what breaks off %i bytes before its end', async (cut) => {
  const files = { 'a.md': 'a'.repeat(10), 'b.md': 'b'.repeat(10) };
  await expect(receive(files, { cut })).rejects.toMatchObject({
    code: cut > 20 ? 'bad-input' : 'damaged-file',
  });
  expect(await all()).toEqual(before);
});

it('leaves no folder that it made for what was refused, and each that has something in it', async () => {
  const files = { 'a/b/c.md': 'C', 'a/d.md': 'D', 'notes/new/e.md': 'a'.repeat(10) };
  await expect(receive(files, { cut: 5 })).rejects.toMatchObject({ code: 'damaged-file' });
  expect((await readdir(root)).sort()).toEqual(['.graft', 'notes']);
  expect(await readdir(join(root, 'notes'))).toEqual(['kilns.md']);
});

it('keeps nothing of what holds more than it says', async () => {
  const body = async function* () {
    yield Buffer.from('{"files":[{"path":"a.md","size":2}]}\nabc');
  };
  const uploads = new WorkspaceFiles({ root, scratchFolder });
  await expect(uploads.receive(body(), { renamed: false })).rejects.toMatchObject({
    code: 'damaged-file',
  });
  expect(await all()).toEqual(before);
});

it('takes back what it has placed where another file comes meanwhile', async () => {
  const body = async function* () {
    yield Buffer.from('{"files":[{"path":"a.md","size":1},{"path":"b.md","size":1}]}\na');
    await writeFile(join(root, 'b.md'), 'Mine.');
    yield Buffer.from('b');
  };
  const uploads = new WorkspaceFiles({ root, scratchFolder });
  await expect(uploads.receive(body(), { renamed: false })).rejects.toMatchObject({
    code: 'name-taken',
  });
  expect(await all()).toEqual(['workspace/b.md', ...before]);
  expect(await readFile(join(root, 'b.md'), 'utf8')).toBe('Mine.');
});

it('does not go on reading where it is not said what is to come', async () => {
  let read = 0;
  const body = async function* () {
    for (; read < 5_000_000; read += 100_000) yield Buffer.alloc(100_000, 'x');
  };
  const uploads = new WorkspaceFiles({ root, scratchFolder });
  await expect(uploads.receive(body(), { renamed: false })).rejects.toMatchObject({
    code: 'bad-input',
  });
  expect(read).toBeLessThan(2_000_000);
});

it('numbers a graph before its whole ending, so that it stays one', async () => {
  await writeFile(join(root, 'a.graft.json'), 'Mine.');
  const sent = { 'a.graft.json': 'Theirs.' };
  expect((await receive(sent, { renamed: true })).paths).toEqual(['a-2.graft.json']);
});

it('refuses what the disk has no room for before a byte of it is read', async () => {
  let read = 0;
  const body = async function* () {
    yield Buffer.from('{"files":[{"path":"a.md","size":9000000000000000}]}\n');
    read++;
    yield Buffer.alloc(1);
  };
  const uploads = new WorkspaceFiles({ root, scratchFolder });
  await expect(uploads.receive(body(), { renamed: false })).rejects.toMatchObject({
    code: 'no-space',
  });
  expect(read).toBe(0);
});

const disk = mountSmallDisk(8);
it.skipIf(disk === undefined)('keeps nothing on a disk that gets full meanwhile', async () => {
  const small = join(disk?.folder ?? folder, 'workspace');
  await mkdir(small);
  const uploads = new WorkspaceFiles({
    root: small,
    scratchFolder: join(small, '.graft/scratch'),
  });
  const body = async function* () {
    yield Buffer.from('{"files":[{"path":"a.bin","size":6000000}]}\n');
    disk?.fill();
    yield Buffer.alloc(6_000_000);
  };
  try {
    await expect(uploads.receive(body(), { renamed: false })).rejects.toMatchObject({
      code: 'no-space',
    });
    expect(await readdir(small)).not.toContain('a.bin');
    expect(await readdir(join(small, '.graft/scratch'))).toEqual([]);
  } finally {
    disk?.unmount();
  }
});

it('lists a folder, its folders first, with nothing hidden and nothing from outside', async () => {
  await mkdir(join(root, '.git'));
  await mkdir(join(root, 'node_modules'));
  await writeFile(join(root, 'b10.md'), 'ten');
  await writeFile(join(root, 'b9.md'), '');
  await writeFile(join(folder, 'secret'), '');
  await symlink('../secret', join(root, 'out.md'));
  const files = new WorkspaceFiles({ root, scratchFolder });
  expect(await files.list('')).toEqual([
    { name: 'notes', path: 'notes', folder: true, size: 0 },
    { name: 'b9.md', path: 'b9.md', folder: false, size: 0 },
    { name: 'b10.md', path: 'b10.md', folder: false, size: 3 },
  ]);
  expect((await files.list('notes')).map(({ path }) => path)).toEqual(['notes/kilns.md']);
  for (const same of ['.', './', 'notes/..', root]) {
    expect(await files.list(same)).toEqual(await files.list(''));
  }
  await expect(files.list('..')).rejects.toMatchObject({ code: 'outside-workspace' });
  await expect(files.list('.git')).rejects.toMatchObject({ code: 'bad-name' });
  await expect(files.list('gone')).rejects.toMatchObject({ code: 'missing-file' });
});

it('says what is too much of what is sent', async () => {
  const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, at) => [`many/${at}.md`, '']));
  await expect(receive(many)).rejects.toMatchObject({
    message: 'The upload has more than 2,000 files. Send them in parts.',
  });
  await expect(receive({ 'a.md': '', [`${'deep/'.repeat(200)}b.md`]: '' })).rejects.toMatchObject({
    message: 'The path of a file has more than 1,000 characters. Send an inner folder.',
  });
});

it('takes no name that is read otherwise than it is written', async () => {
  await expect(receive({ 'report\u202etxt.exe': '' })).rejects.toMatchObject({
    code: 'bad-name',
    message: 'A name cannot contain control characters. Remove it.',
  });
  expect((await receive({ 'דוח.md': '' })).paths).toEqual(['דוח.md']);
});
