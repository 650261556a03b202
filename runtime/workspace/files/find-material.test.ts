import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Material } from '@graft/graph';
import { expect, it } from 'vitest';
import { WorkspaceFiles } from '../uploads/workspace-files.ts';

/** What a workspace with these files offers. */
async function materialOf(
  files: Readonly<Record<string, string>>,
  more: (root: string) => Promise<void> = () => Promise.resolve(),
): Promise<Material> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-material-')));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    await more(root);
    return await new WorkspaceFiles({ root, scratchFolder: join(root, '.graft') }).material();
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const lines = (...rows: readonly object[]): string =>
  rows.map((row) => JSON.stringify(row)).join('\n');

it('counts documents by folder and kind, and leaves out what is hidden or no document', async () => {
  const { documents, tables } = await materialOf({
    ...{ 'a.md': '', 'b.md': '', 'c.txt': '', 'flow.graft.json': '{}', 'picture.png': '' },
    ...{ 'notes/d.md': '', 'notes/deep/e.md': '', 'notes/f.pdf': '' },
    ...{ '.git/g.md': '', 'node_modules/h.md': '' },
  });
  expect(tables).toEqual([]);
  expect(documents).toEqual([
    { folder: '', ending: 'md', count: 2 },
    { folder: '', ending: 'txt', count: 1 },
    { folder: 'notes', ending: 'md', count: 2 },
    { folder: 'notes', ending: 'pdf', count: 1 },
  ]);
});

it('reads rows and columns of tables, and shows the first rows that are short', async () => {
  const { tables } = await materialOf({
    'rows.jsonl': `${lines({ prompt: 'a', completion: 'b' }, { prompt: 'x'.repeat(5_000) })}\n\n`,
    'data/asked.csv': '\ufeffquestion;reference\n"Who;\nme?";Ada\n\nWhy?;So\n',
  });
  expect(tables).toEqual([
    {
      ...{ path: 'rows.jsonl', rows: 2, columns: ['prompt', 'completion'] },
      head: [{ prompt: 'a', completion: 'b' }],
    },
    {
      ...{ path: 'data/asked.csv', rows: 2, columns: ['question', 'reference'] },
      head: [
        { question: 'Who;\nme?', reference: 'Ada' },
        { question: 'Why?', reference: 'So' },
      ],
    },
  ]);
});

it('counts what a link within leads back to once', async () => {
  const { documents } = await materialOf({ 'a.md': 'A' }, (root) =>
    symlink('.', join(root, 'loop')),
  );
  expect(documents).toEqual([{ folder: '', ending: 'md', count: 1 }]);
});

it('leaves out tables that are empty, damaged, too large, or hold labels', async () => {
  const { tables } = await materialOf({
    ...{ 'empty.jsonl': '\n', 'broken.jsonl': '{"a": 1}\n{"a":', 'list.jsonl': '[1]' },
    ...{ 'uneven.csv': 'a,b\n1,2,3\n', 'answers.labels.jsonl': lines({ text: 'right' }) },
    ...{
      'large.jsonl': lines({ text: 'x'.repeat(4_000_000) }),
      'good.jsonl': lines({ text: 'y' }),
    },
  });
  expect(tables.map(({ path }) => path)).toEqual(['good.jsonl']);
});
