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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphFiles } from './graph-files.ts';

let root: string;
let files: GraphFiles;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-files-')));
  files = new GraphFiles(root, join(root, '.graft'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const names = async (): Promise<string[]> =>
  (await readdir(root)).filter((name) => name !== '.graft').sort();

it('are looked for once for all who ask while somebody looks', async () => {
  await files.save('a.graft.json', 'a', null);
  const first = files.list();
  const [second, third] = await Promise.all([files.list(), files.list()]);
  expect(second).toHaveLength(1);
  expect(third).toBe(second);
  expect(await first).toEqual(second);
});

describe('renaming', () => {
  it('moves the bytes, into a new folder as well', async () => {
    const { revision } = await files.save('a.graft.json', '{ "odd":  1 }', null);
    const moved = await files.rename('a.graft.json', 'deep/er/b.graft.json', revision);
    expect(moved).toMatchObject({ path: 'deep/er/b.graft.json', revision, text: '{ "odd":  1 }' });
    expect(await names()).toEqual(['deep']);
  });

  it('replaces nothing', async () => {
    const { revision } = await files.save('a.graft.json', 'a', null);
    await files.save('b.graft.json', 'b', null);
    await expect(files.rename('a.graft.json', 'b.graft.json', revision)).rejects.toMatchObject({
      code: 'name-taken',
      location: { file: 'b.graft.json' },
    });
    expect(await readFile(join(root, 'b.graft.json'), 'utf8')).toBe('b');
    expect(await names()).toEqual(['a.graft.json', 'b.graft.json']);
  });

  it('refuses a file that was changed outside meanwhile, or is gone', async () => {
    const { revision } = await files.save('a.graft.json', 'a', null);
    await writeFile(join(root, 'a.graft.json'), 'by git');
    await expect(files.rename('a.graft.json', 'b.graft.json', revision)).rejects.toMatchObject({
      code: 'stale-save',
    });
    await expect(files.rename('a.graft.json', 'new/b.graft.json', revision)).rejects.toMatchObject({
      code: 'stale-save',
    });
    await rm(join(root, 'a.graft.json'));
    await expect(files.rename('a.graft.json', 'new/b.graft.json', revision)).rejects.toMatchObject({
      code: 'missing-file',
    });
    // Nor is the folder made that it was to lie in.
    expect(await names()).toEqual([]);
  });
});

describe('deleting', () => {
  it('is undone byte for byte, once', async () => {
    const bytes = Buffer.from('{"graft":1,\r\n "x": "\u00fc"}   \n\n');
    await writeFile(join(root, 'a.graft.json'), bytes);
    const { revision } = await files.read('a.graft.json');
    const { trashId } = await files.delete('a.graft.json', revision);
    expect(await names()).toEqual([]);
    await files.restore(trashId);
    expect(await readFile(join(root, 'a.graft.json'))).toEqual(bytes);
    await expect(files.restore(trashId)).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('throws away nothing that was changed since it was read', async () => {
    const { revision } = await files.save('a.graft.json', 'a', null);
    await writeFile(join(root, 'a.graft.json'), 'by git');
    await expect(files.delete('a.graft.json', revision)).rejects.toMatchObject({
      code: 'stale-save',
    });
    expect(await names()).toEqual(['a.graft.json']);
  });

  it('is undone beside a file that has the name by now', async () => {
    const { revision } = await files.save('a.graft.json', 'old', null);
    const { trashId } = await files.delete('a.graft.json', revision);
    await files.save('a.graft.json', 'new', null);
    await files.save('a-2.graft.json', 'another', null);
    expect(await files.restore(trashId)).toMatchObject({ path: 'a-3.graft.json', text: 'old' });
    expect(await readFile(join(root, 'a.graft.json'), 'utf8')).toBe('new');
  });

  it.each(['', '..', '../../x', '1-../../../etc'])(
    'restores nothing by the id "%s"',
    async (id) => {
      await expect(files.restore(id)).rejects.toMatchObject({ code: 'missing-file' });
    },
  );
});

describe('copying', () => {
  it('gives the same bytes another name, and replaces nothing', async () => {
    const { revision } = await files.save('a.graft.json', 'a', null);
    expect((await files.copy('a.graft.json', 'a-copy.graft.json')).revision).toBe(revision);
    await expect(files.copy('a.graft.json', 'a-copy.graft.json')).rejects.toMatchObject({
      code: 'name-taken',
    });
  });
});

describe('names', () => {
  it.each([
    'a.json',
    '.graft.json',
    'x/.graft.json',
    '.git/a.graft.json',
    '.graft/a.graft.json',
    'x/.hidden/a.graft.json',
    'node_modules/x/a.graft.json',
    '.a.graft.json',
  ])('that lead to what is no graph file are not touched: %s', async (path) => {
    await mkdir(join(root, 'x'), { recursive: true });
    const bad = { code: 'bad-name' };
    await expect(files.read(path)).rejects.toMatchObject(bad);
    await expect(files.save(path, 'x', null)).rejects.toMatchObject(bad);
    await expect(files.save(path, 'x', '0')).rejects.toMatchObject(bad);
    await expect(files.delete(path, '0')).rejects.toMatchObject(bad);
    const { revision } = await files.save('ok.graft.json', 'a', null);
    await expect(files.rename('ok.graft.json', path, revision)).rejects.toMatchObject(bad);
    await expect(files.copy('ok.graft.json', path)).rejects.toMatchObject(bad);
  });

  it('may be as long as a file system takes them', async () => {
    const path = `${'a'.repeat(255 - '.graft.json'.length)}.graft.json`;
    const { revision } = await files.save(path, 'a', null);
    await expect(files.save(path, 'b', revision)).resolves.toMatchObject({ path, text: 'b' });
  });

  it('that lead into a hidden folder by a link are not touched', async () => {
    await mkdir(join(root, '.git'));
    await writeFile(join(root, '.git', 'config'), 'token = secret');
    await symlink(join('.git', 'config'), join(root, 'file.graft.json'));
    await symlink('.git', join(root, 'folder'));
    const bad = { code: 'bad-name' };
    await expect(files.read('file.graft.json')).rejects.toMatchObject(bad);
    await expect(files.save('folder/a.graft.json', 'x', null)).rejects.toMatchObject(bad);
    await files.save('ok.graft.json', 'a', null);
    await symlink('ok.graft.json', join(root, 'link.graft.json'));
    expect((await files.read('link.graft.json')).text).toBe('a');
  });

  it.each([
    'a/../x.graft.json',
    '../x.graft.json',
    '/x.graft.json',
    'a//x.graft.json',
    './x.graft.json',
    ' .graft.json',
    'a: b.graft.json',
    'a\\b.graft.json',
    'a\nb.graft.json',
    'end .graft.json',
    'end..graft.json',
    `${'long'.repeat(80)}.graft.json`,
  ])('that some system cannot write are refused for new files: %j', async (path) => {
    await expect(files.save(path, 'x', null)).rejects.toMatchObject({ code: 'bad-name' });
    expect(await names()).toEqual([]);
  });

  it('of new files that are taken are said as such, not as a stale save', async () => {
    await files.save('a.graft.json', 'a', null);
    await expect(files.save('a.graft.json', 'b', null)).rejects.toMatchObject({
      code: 'name-taken',
      message: 'The file a.graft.json already exists. Choose another name.',
    });
  });
});

it('are listed with why they cannot be read, until they can', async () => {
  await files.save('a.graft.json', '{ "graft": 1 }', null);
  const { revision } = await files.save('b.graft.json', '{ "graft": 1, nodes: {} }', null);
  const fault = 'The file is not valid JSON (line 1): expected a key in double quotes.';
  expect(await files.list()).toMatchObject([{ path: 'a.graft.json' }, { fault }]);
  await files.save('b.graft.json', '{ "graft": 1, "nodes": {} }', revision);
  expect((await files.list()).filter((one) => one.fault !== undefined)).toEqual([]);
});
