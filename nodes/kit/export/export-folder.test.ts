import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { GraphError, type RunContext } from '@graft/graph';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '../testing/test-context.ts';
import { exportFolder, exportMarker } from './export-folder.ts';

let root = '';
let sources = '';
let files: Map<string, string>;
beforeEach(async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-export-')));
  [root, sources] = [join(folder, 'workspace'), join(folder, 'sources')];
  await mkdir(root);
  await mkdir(join(sources, 'below'), { recursive: true });
  files = new Map();
  for (const [name, text] of Object.entries({ 'a.bin': 'first', 'below/b.txt': 'second' })) {
    files.set(name, join(sources, name));
    await writeFile(join(sources, name), text);
  }
});
afterEach(() => rm(join(root, '..'), { recursive: true, force: true }));

const context = (parts: Partial<RunContext> = {}): RunContext =>
  testContext({ output: (path) => Promise.resolve(join(root, path)), ...parts });
const write = (digest = 'one', path = 'out/mine', ctx = context()) =>
  exportFolder(ctx, { path, digest, files });
const read = (name: string): Promise<string> => readFile(join(root, 'out/mine', name), 'utf8');
/** Everything in the folder of the exports: what is hidden is left over. */
const around = (): Promise<string[]> => readdir(join(root, 'out'));

it('copies files, and says what was written', async () => {
  expect(await write()).toEqual([
    { series: 'files', label: 'out/mine/a.bin', values: { bytes: 5 } },
    { series: 'files', label: 'out/mine/below/b.txt', values: { bytes: 6 } },
    { series: 'summary', values: { files: 2, bytes: 11 } },
  ]);
  expect(await Promise.all(['a.bin', 'below/b.txt'].map(read))).toEqual(['first', 'second']);
  expect(await around()).toEqual(['mine']);
});

describe('an export that is there', () => {
  const inode = async () => (await stat(join(root, 'out/mine'))).ino;

  it('is left alone where it is the same', async () => {
    const rows = await write();
    const before = await inode();
    expect(await write()).toEqual(rows);
    expect(await inode()).toBe(before);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a file is missing', () => rm(join(root, 'out/mine/a.bin'))],
    [
      'a file was changed, to the same length',
      async () => {
        const changed = join(root, 'out/mine/a.bin');
        await writeFile(changed, 'worse');
        const later = new Date(Date.now() + 5000);
        await utimes(changed, later, later);
      },
    ],
    ['its marker is gone with all files', () => rm(join(root, 'out/mine'), { recursive: true })],
  ])('is written again where %s', async (_what, change) => {
    await write();
    await change();
    await write();
    expect(await read('a.bin')).toBe('first');
    expect(await around()).toEqual(['mine']);
  });

  it('makes room for another', async () => {
    await write();
    files.delete('below/b.txt');
    await write('two');
    expect((await readdir(join(root, 'out/mine'))).sort()).toEqual([exportMarker, 'a.bin']);
    expect(await around()).toEqual(['mine']);
  });
});

it('clears away what a killed export left beside it, and nothing that is young or of others', async () => {
  await mkdir(join(root, 'out'), { recursive: true });
  const long = new Date(Date.now() - 7_200_000);
  const [killed, running, other] = ['.mine.new-0a1b2c3d', '.mine.old-0a1b2c3d', '.mine.new-notes'];
  for (const name of [killed, running, other]) {
    await mkdir(join(root, 'out', name));
    if (name !== running) await utimes(join(root, 'out', name), long, long);
  }
  await write();
  expect((await around()).sort()).toEqual([other, running, 'mine']);
});

describe('what Graft did not export', () => {
  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['a file', () => writeFile(join(root, 'out/mine'), ''), /out\/mine is a file\. Choose another/],
    [
      'a folder',
      async () => {
        await mkdir(join(root, 'out/mine'));
        await writeFile(join(root, 'out/mine/notes.md'), 'mine');
      },
      /already exists, and Graft did not write it/,
    ],
    [
      'a file beside those of an export',
      async () => {
        await write();
        await writeFile(join(root, 'out/mine/below/notes.md'), 'mine');
      },
      /also holds below\/notes\.md, which Graft did not write/,
    ],
    [
      'a marker that says something else',
      async () => {
        await mkdir(join(root, 'out/mine'));
        await writeFile(join(root, 'out/mine', exportMarker), '{"files": 3}');
      },
      /Graft did not write it/,
    ],
  ])('is never touched: %s', async (_what, prepare, message) => {
    await mkdir(join(root, 'out'));
    await prepare();
    await expect(write('two')).rejects.toMatchObject({
      ...{ code: 'bad-param', location: { node: 'node-1', param: 'path' } },
      message: expect.stringMatching(message),
    });
    expect(await around()).toEqual(['mine']);
  });

  it('but an empty folder is taken', async () => {
    await mkdir(join(root, 'out/mine'), { recursive: true });
    await write();
    expect(await read('a.bin')).toBe('first');
  });
});

describe('a failed export', () => {
  it('leaves the earlier one as it was, and nothing beside it', async () => {
    await write();
    files.set('c.bin', join(sources, 'gone'));
    await expect(write('two')).rejects.toThrow('ENOENT');
    files.set('c.bin', sources);
    await expect(write('two')).rejects.toThrow('EISDIR');
    expect(await read('a.bin')).toBe('first');
    expect(await around()).toEqual(['mine']);
  });

  it('is one that is stopped', async () => {
    await write();
    const controller = new AbortController();
    const ctx = context({
      signal: controller.signal,
      progress: () => controller.abort(new Error('stop')),
    });
    await expect(write('two', 'out/mine', ctx)).rejects.toThrow();
    expect(JSON.parse(await read(exportMarker))).toMatchObject({ digest: 'one' });
    expect(await around()).toEqual(['mine']);
  });

  it('says so where the disk is full', async ({ skip }) => {
    await mkdir(join(root, 'out'));
    try {
      const mount = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', join(root, 'out')];
      execFileSync('mount', mount, { stdio: 'ignore' });
    } catch {
      return skip('mounting a tmpfs needs root');
    }
    try {
      await write();
      await writeFile(join(sources, 'large'), Buffer.alloc(3 << 20));
      files.set('large', join(sources, 'large'));
      await expect(write('two')).rejects.toMatchObject({
        ...{ code: 'no-space', location: { node: 'node-1', param: 'path' } },
      });
      expect(await read('a.bin')).toBe('first');
      expect(await around()).toEqual(['mine']);
    } finally {
      execFileSync('umount', [join(root, 'out')]);
    }
  });

  it.skipIf(process.getuid?.() === 0)('says so where nothing may be written', async () => {
    await mkdir(join(root, 'out'));
    await chmod(join(root, 'out'), 0o500);
    await expect(write()).rejects.toThrow(/no permission to write to out\/mine/);
    await chmod(join(root, 'out'), 0o700);
  });
});

it('says at which parameter a path leads out of the workspace', async () => {
  const output = () => Promise.reject(new GraphError('outside-workspace', 'It leads out.'));
  await expect(write('one', '../x', context({ output }))).rejects.toMatchObject({
    ...{ code: 'outside-workspace', location: { node: 'node-1', param: 'path' } },
  });
});
