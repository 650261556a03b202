import { expect, it } from 'vitest';
import { originOf, placeLabel, spanLabel } from './origin.ts';

it.each([
  ['notes/a.md', 'notes/a.md', 'file', 'notes/a.md'],
  ['notes/a.md#2', 'notes/a.md', 'file', 'notes/a.md · part 3'],
  ['shop.db:3', 'shop.db', 'row', 'shop.db · 3'],
  ['SHOP:a:b', 'SHOP', 'row', 'SHOP · a:b'],
  ['https://www.example.com/', 'https://www.example.com/', 'page', 'example.com'],
  [
    'https://example.com/g?v=2#1',
    'https://example.com/g?v=2',
    'page',
    'example.com/g?v=2 · part 2',
  ],
  ['http://a.example:81/%C3%B6fen', 'http://a.example:81/%C3%B6fen', 'page', 'a.example:81/öfen'],
  ['http://a.example/a%2Fb%20c', 'http://a.example/a%2Fb%20c', 'page', 'a.example/a%2Fb%20c'],
  ['http://a.example/%E0', 'http://a.example/%E0', 'page', 'a.example/%E0'],
  ['https://', 'https://', 'file', 'https://'],
  ['another', 'notes/a.md', 'file', 'notes/a.md'],
])('%s of %s is a %s: %s', (id, path, ...origin) => {
  const [kind, where] = origin;
  expect(originOf({ id, path })).toEqual({ kind, where });
});

it('puts the title of a page or a row before its place, and leaves that of a file', () => {
  const span = (documentId: string, path: string, title: string) => ({
    ...{ documentId, path, title, start: 0, end: 9, firstLine: 2, lastLine: 4 },
  });
  const page = span('https://example.com/k', 'https://example.com/k', 'Kilns');
  expect(spanLabel(page)).toBe('Kilns · example.com/k · lines 2–4');
  expect(placeLabel(page)).toBe('example.com/k · lines 2–4');
  expect(spanLabel({ ...page, title: page.path })).toBe('example.com/k · lines 2–4');
  expect(spanLabel({ ...span('shop.db:3', 'shop.db', 'Bowl'), lastLine: 2 })).toBe(
    'Bowl · shop.db · 3 · line 2',
  );
  expect(spanLabel(span('a.md', 'a.md', 'Kilns'))).toBe('a.md · lines 2–4');
});
