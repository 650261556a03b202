import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputPath } from './output-path.ts';

let folder = '';
let root = '';
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-output-')));
  root = join(folder, 'workspace');
  await mkdir(join(root, 'exports'), { recursive: true });
  await mkdir(join(folder, 'workspace-2'));
  await writeFile(join(root, 'file'), '');
  await symlink(join(folder, 'workspace-2'), join(root, 'out'));
  await symlink(join(folder, 'nowhere'), join(root, 'dangling'));
  await symlink(join(root, 'exports'), join(root, 'in'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a path to write to', () => {
  it.each([
    ['exports', 'exports'],
    ['exports/a/b', 'exports/a/b'],
    ['new/../exports/./a/', 'exports/a'],
    ['in/a', 'exports/a'],
    ['..a', '..a'],
  ])('is found below the workspace: %s', async (path, expected) => {
    expect(await outputPath(root, path)).toBe(join(root, expected));
  });

  it.each([
    '..',
    '../workspace-2/a',
    'a/../../b',
    '/etc',
    'out',
    'out/a/b',
    'dangling',
    'dangling/a',
    'a\0b',
  ])('is refused where it leads out: %j', async (path) => {
    await expect(outputPath(root, path)).rejects.toMatchObject({ code: 'outside-workspace' });
  });

  it.each(['', '.', 'a/..', '.git/hooks', 'sub/.graft/x', 'node_modules', '.GIT'])(
    'is refused where nothing may be written: %j',
    async (path) => {
      await expect(outputPath(root, path)).rejects.toMatchObject({ code: 'bad-param' });
    },
  );
});
