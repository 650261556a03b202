import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileSourceResolver } from './file-source-resolver.ts';

let base: string;
let root: string;
let resolver: FileSourceResolver;

async function put(path: string, text: string): Promise<void> {
  const absolute = join(root, path);
  await mkdir(dirname(absolute), { recursive: true });
  await writeFile(absolute, text);
  await utimes(absolute, 1000, 1000);
}

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'graft-files-')));
  root = join(base, 'work');
  await mkdir(root);
  resolver = new FileSourceResolver(root, join(root, '.graft'));
  await put('docs/a.md', 'a');
  await put('docs/deep/b.txt', 'b');
  await put('docs/node_modules/p/no.md', 'no');
  await put('.git/no.md', 'no');
  await put('.graft/no.md', 'no');
  await put('odd [1] (x).txt', 'odd');
});
afterEach(() => rm(base, { recursive: true, force: true }));

const paths = async (...patterns: string[]): Promise<string[]> =>
  (await resolver.files(patterns)).map(({ path }) => path);

describe('patterns', () => {
  it('are files, folders or globs, each file once and sorted', async () => {
    expect(await paths('docs')).toEqual(['docs/a.md', 'docs/deep/b.txt']);
    expect(await paths('docs/')).toEqual(['docs/a.md', 'docs/deep/b.txt']);
    expect(await paths('**/*.{txt,md}', 'docs/a.md')).toEqual([
      'docs/a.md',
      'docs/deep/b.txt',
      'odd [1] (x).txt',
    ]);
    expect(await paths('odd [1] (x).txt')).toEqual(['odd [1] (x).txt']);
    expect(await paths('.')).toHaveLength(3);
  });

  it('leave out graph files, unless they name them: each save of a graph would change what it reads', async () => {
    await put('docs/mine.graft.json', '{}');
    expect(await paths('docs')).toEqual(['docs/a.md', 'docs/deep/b.txt']);
    expect(await paths('docs/*')).toEqual(['docs/a.md']);
    await expect(paths('docs/*.json')).rejects.toMatchObject({ code: 'missing-file' });
    expect(await paths('docs/mine.graft.json')).toEqual(['docs/mine.graft.json']);
    expect(await paths('**/*.graft.json')).toEqual(['docs/mine.graft.json']);
    await put('only/mine.graft.json', '{}');
    await expect(paths('only')).rejects.toThrow('The folder holds no files besides graphs.');
  });

  it('that match nothing are an error', async () => {
    for (const pattern of ['no.txt', '*.pdf', '.git/no.md', '.graft', 'docs/node_modules']) {
      await expect(paths(pattern), pattern).rejects.toMatchObject({
        code: 'missing-file',
        location: { source: pattern },
      });
    }
  });

  it('that lead out are refused, also through links', async () => {
    await writeFile(join(base, 'secret.txt'), 'secret');
    await symlink(join(base, 'secret.txt'), join(root, 'link.txt'));
    await mkdir(join(base, 'out'));
    await writeFile(join(base, 'out', 'c.txt'), 'c');
    await symlink(join(base, 'out'), join(root, 'linked'));
    const leading = [
      '../secret.txt',
      'docs/../../secret.txt',
      '/etc/passwd',
      join(base, 'secret.txt'),
      'link.txt',
      'linked',
      'linked/c.txt',
      'linked/*',
      '../*',
    ];
    for (const pattern of leading) {
      await expect(paths(pattern), pattern).rejects.toMatchObject({ code: 'outside-workspace' });
    }
  });

  it('follow links that stay inside', async () => {
    await symlink(join(root, 'docs/a.md'), join(root, 'same.md'));
    expect(await paths('*.md')).toEqual(['same.md']);
  });

  it('that no file can have, or that lead to nothing, are missing, and not a fault', async () => {
    await symlink('self.md', join(root, 'self.md'));
    for (const pattern of [`${'x'.repeat(300)}.md`, 'docs/a.md/b.md', 'self.md']) {
      await expect(paths(pattern), pattern).rejects.toMatchObject({
        code: 'missing-file',
        location: { source: pattern },
      });
    }
    const many = Array.from({ length: 60 }, (_, at) => `none-${at}`).join();
    expect(await paths(`{${many},docs/*}.md`)).toEqual(['docs/a.md']);
  });

  it('take in files whatever their names are, or say which cannot be opened', async () => {
    await put('docs/two\nlines.md', 'c');
    expect(await paths('docs')).toContain('docs/two\nlines.md');
    await writeFile(Buffer.concat([Buffer.from(join(root, 'docs/')), Buffer.from([0xff])]), 'd');
    await expect(paths('docs')).rejects.toMatchObject({ code: 'bad-name' });
  });

  it('give files once where links lead up to where one comes from', async () => {
    await symlink('.', join(root, 'docs/self'));
    await symlink('../..', join(root, 'docs/deep/top'));
    await put('other/c.md', 'c');
    await symlink('../docs', join(root, 'other/docs'));
    await symlink('../other', join(root, 'docs/other'));
    const docs = ['docs/a.md', 'docs/deep/b.txt'];
    // Other files of the folder above are not there already.
    const above = 'docs/deep/top/odd [1] (x).txt';
    expect(await paths('docs')).toEqual([...docs, above, 'docs/other/c.md']);
    expect(await paths('docs/**/*.md', 'docs')).toEqual([...docs, above, 'docs/other/c.md']);
    expect(await paths('**/*.txt')).toEqual([
      ...['docs/deep/b.txt', 'odd [1] (x).txt', 'other/docs/deep/b.txt'],
    ]);
    expect(await paths('other')).toEqual([
      ...['other/c.md', 'other/docs/a.md', 'other/docs/deep/b.txt'],
    ]);
    // What is named is meant.
    expect(await paths('docs/self/a.md', 'docs/self/*.md')).toEqual(['docs/self/a.md']);
    expect((await paths('docs/self/deep'))[0]).toBe('docs/self/deep/b.txt');
  });

  it('end where links to folders lead to one another, and at once where they lead to a disk', async () => {
    const names = Array.from({ length: 7 }, (_, at) => `d${at}`);
    for (const name of names) {
      await put(`web/${name}/f.md`, name);
      for (const other of names) {
        if (other !== name) await symlink(`../${other}`, join(root, 'web', name, `to-${other}`));
      }
    }
    await expect(paths('web')).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(
        /^Links between folders lead to "web\/d\d" in more than 100 ways/,
      ),
    });
    await symlink('/', join(root, 'disk'));
    for (const pattern of ['disk', 'disk/*/*.md', '*/**']) {
      await expect(paths(pattern), pattern).rejects.toMatchObject({
        code: 'outside-workspace',
        message: expect.stringMatching(/^"disk\S*" leads out/),
      });
    }
  });

  it('name what may not be read', async () => {
    await chmod(base, 0o755);
    await put('closed/c.md', 'c');
    await chmod(join(root, 'closed'), 0o000);
    await put('open/d.md', 'd');
    await chmod(join(root, 'open/d.md'), 0o000);
    const said = {
      code: 'bad-input',
      message: expect.stringContaining('Graft has no permission to read'),
    };
    await asNobody(async () => {
      for (const pattern of ['closed', 'closed/c.md', 'clo*/**', '.', 'open', 'open/d.md']) {
        await expect(paths(pattern), pattern).rejects.toMatchObject(said);
      }
    });
    await chmod(join(root, 'closed'), 0o755);
  });
});

/** As somebody whom permissions hold for: nothing is closed to root. */
async function asNobody(act: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65534);
  try {
    await act();
  } finally {
    process.seteuid?.(0);
  }
}

describe('digests', () => {
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

  it('are those of the bytes, also after a change of the same length', async () => {
    const [before] = await resolver.files(['docs/a.md']);
    expect(before).toMatchObject({ digest: digest('a'), size: 1 });
    await put('docs/a.md', 'z');
    const [after] = await resolver.files(['docs/a.md']);
    expect(after?.digest).toBe(digest('z'));
    const [reopened] = await new FileSourceResolver(root, join(root, '.graft')).files([
      'docs/a.md',
    ]);
    expect(reopened?.digest).toBe(digest('z'));
  });

  it('survive a damaged cache file', async () => {
    await resolver.files(['docs']);
    await writeFile(join(root, '.graft', 'file-digests.json'), '{"version":1,"entr');
    const [file] = await new FileSourceResolver(root, join(root, '.graft')).files(['docs/a.md']);
    expect(file?.digest).toBe(digest('a'));
  });

  it('of unchanged files are taken from the cache, which is left as it is', async () => {
    const cache = join(root, '.graft', 'file-digests.json');
    // Old enough to be remembered.
    await wait(30);
    await resolver.files(['docs']);
    const text = await readFile(cache, 'utf8');
    // Digests that no bytes have: whoever gives them has read the cache and not the file.
    const marked = text.replaceAll(/[0-9a-f]{64}/g, (known) => known.replace(/./g, 'f'));
    await writeFile(cache, marked);
    const fresh = (): FileSourceResolver => new FileSourceResolver(root, join(root, '.graft'));
    const digests = async (): Promise<string[]> =>
      (await fresh().files(['docs'])).map((file) => file.digest);
    const before = await stat(cache);
    expect(await digests()).toEqual(['f'.repeat(64), 'f'.repeat(64)]);
    expect((await stat(cache)).ino).toBe(before.ino);
    await put('docs/a.md', 'z');
    await wait(30);
    expect(await digests()).toEqual([digest('z'), 'f'.repeat(64)]);
    expect((await stat(cache)).ino).not.toBe(before.ino);
  });
});

it('writes what it has hashed also when two ask at once', async () => {
  await put('docs/c.md', 'c');
  const both = await Promise.all([resolver.files(['docs']), resolver.files(['docs'])]);
  expect(both.map((files) => files.length)).toEqual([3, 3]);
});
