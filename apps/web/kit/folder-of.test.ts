import { expect, it } from 'vitest';
import { folderOf } from './folder-of.ts';

it.each([
  ['notes/kilns.md', 'notes'],
  ['notes/a/*.md', 'notes/a'],
  ['notes/**/a/x.md', 'notes'],
  ['kilns.md', ''],
  ['', ''],
  ['../kilns.md', ''],
  ['/etc/hosts', ''],
])('of %j it is %j', (pattern, folder) => {
  expect(folderOf(pattern)).toBe(folder);
});
