import { expect, test, it } from 'vitest';
import { isTaken, pathParts, folderOf } from './path-parts.ts';

test('a path is completed in its folder, a pattern nowhere', () => {
  expect(pathParts('')).toEqual({ folder: '', begun: '' });
  expect(pathParts('no')).toEqual({ folder: '', begun: 'no' });
  expect(pathParts('notes/')).toEqual({ folder: 'notes', begun: '' });
  expect(pathParts('a/b/kil')).toEqual({ folder: 'a/b', begun: 'kil' });
  for (const none of ['notes/*.m', '../up', '/etc', 'a//b', './a']) {
    expect(pathParts(none), none).toBeUndefined();
  }
});

test('what a field takes goes by the end of the name, in either case', () => {
  const file = (name: string) => ({ name, folder: false });
  expect(isTaken(file('a.JSONL'), ['.jsonl'])).toBe(true);
  expect(isTaken(file('a.csv'), ['.jsonl'])).toBe(false);
  expect(isTaken(file('a.csv'), undefined)).toBe(true);
  expect(isTaken({ name: 'lora', folder: true }, ['/', '.gguf'])).toBe(true);
  expect(isTaken({ name: 'lora', folder: true }, ['.gguf'])).toBe(false);
});

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
