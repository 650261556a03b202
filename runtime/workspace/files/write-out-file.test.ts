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
import { mountSmallDisk } from '@graft/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeOutFile, writeOutFolder } from './write-out-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-out-')));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('writes what a link leads to, and says that a folder is no file', async () => {
  await writeFile(join(folder, 'real.md'), 'old');
  await symlink('real.md', join(folder, 'link.md'));
  await writeOutFile(join(folder, 'link.md'), 'new');
  expect(await readFile(join(folder, 'real.md'), 'utf8')).toBe('new');
  await symlink('to-come.md', join(folder, 'ahead.md'));
  await writeOutFile(join(folder, 'ahead.md'), 'new');
  expect(await readFile(join(folder, 'to-come.md'), 'utf8')).toBe('new');
  await mkdir(join(folder, 'taken'));
  await expect(writeOutFile(join(folder, 'taken'), '')).rejects.toMatchObject({
    code: 'bad-name',
    message: 'A folder has this name. Name a file.',
  });
  for (const name of ['real.md/below.md', 'n'.repeat(300)]) {
    await expect(writeOutFile(join(folder, name), '')).rejects.toMatchObject({
      code: 'bad-name',
      message: 'A file cannot have this name here. Choose another name.',
    });
  }
});

it.skipIf(process.platform === 'win32')('writes to what is no file, which stays', async () => {
  await writeOutFile('/dev/null', 'nothing');
  expect(await readdir('/dev')).toContain('null');
});

it('gives a folder in the place of another, whole', async () => {
  const [from, to] = [join(folder, 'from'), join(folder, 'deep/to')];
  await mkdir(from);
  await writeFile(join(from, 'a'), 'A');
  await mkdir(to, { recursive: true });
  await writeFile(join(to, 'b'), 'B');
  await writeOutFolder(from, to);
  expect(await readdir(to)).toEqual(['a']);
  expect(await readdir(join(folder, 'deep'))).toEqual(['to']);
});

const disk = mountSmallDisk(8);
afterAll(() => disk?.unmount());
it.skipIf(disk === undefined)('leaves what was there on a disk that is full', async () => {
  const small = disk?.folder ?? folder;
  const [file, tree, from] = [join(small, 'a.html'), join(small, 'tree'), join(folder, 'large')];
  await writeFile(file, 'old');
  await mkdir(tree);
  await writeFile(join(tree, 'a'), 'old');
  await mkdir(from);
  await writeFile(join(from, 'a'), Buffer.alloc(3_000_000));
  disk?.fill();
  const full = { code: 'no-space', message: expect.stringContaining('it was not written') };
  await expect(writeOutFile(file, 'x'.repeat(3_000_000))).rejects.toMatchObject(full);
  await expect(writeOutFolder(from, tree)).rejects.toMatchObject(full);
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await readFile(join(tree, 'a'), 'utf8')).toBe('old');
  expect((await readdir(small)).sort()).toEqual(['a.html', 'filler', 'tree']);
});
