import { expect, it } from 'vitest';
import type { Entry } from './dropped-data.ts';
import { broughtPaths, filesIn } from './dropped-entries.ts';

const file = (name: string): Entry => ({ name, file: (take) => take(new File(['x'], name)) });
/** Told two at a time, as browsers tell a hundred. */
const folder = (name: string, entries: readonly Entry[]): Entry => ({
  name,
  createReader() {
    let at = 0;
    return { readEntries: (take) => take(entries.slice(at, (at += 2))) };
  },
});
const pathsOf = async (...entries: Entry[]) => (await filesIn(entries)).map(({ path }) => path);

it('takes a folder with all that is in it, but what is hidden', async () => {
  const deep = folder('b', [file('z.md'), file('.DS_Store'), file('a.md')]);
  const docs = folder('docs', [file('c.md'), folder('.git', [file('HEAD')]), deep, file('a.md')]);
  expect(await pathsOf(file('one.md'), docs)).toEqual([
    ...['one.md', 'docs/a.md', 'docs/b/a.md', 'docs/b/z.md', 'docs/c.md'],
  ]);
});

it('says where there is nothing, or too much, and what to do', async () => {
  await expect(filesIn([folder('empty', [])])).rejects.toThrow('empty contains no files.');
  const many = Array.from({ length: 2_001 }, (_, at) => file(`${String(at)}.md`));
  await expect(filesIn([folder('many', many)])).rejects.toThrow(
    'many has more than 2,000 files. Copy it into the workspace’s folder yourself',
  );
});

it('reads a folder as one, unless something in it got another name, or folders are not taken', async () => {
  const files = await filesIn([file('one.md'), folder('docs', [file('a.md'), file('b.md')])]);
  const into = { folder: 'data', folders: true };
  const paths = ['data/one.md', 'data/docs/a.md', 'data/docs/b.md'];
  expect(broughtPaths(files, paths, into)).toEqual(['data/one.md', 'data/docs']);
  expect(broughtPaths(files, paths, { ...into, folders: false })).toEqual(paths);
  const renamed = ['data/one-2.md', 'data/docs/a-2.md', 'data/docs/b-2.md'];
  expect(broughtPaths(files, renamed, into)).toEqual(renamed);
});
