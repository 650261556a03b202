import { expect, it } from 'vitest';
import { byFolder } from './folders.ts';

it('lists the workspace first, then its folders by name', () => {
  expect(
    byFolder(['z.graft.json', 'lib/b.graft.json', 'a/x.graft.json', 'lib/a.graft.json']),
  ).toEqual([
    { folder: '', paths: ['z.graft.json'] },
    { folder: 'a/', paths: ['a/x.graft.json'] },
    { folder: 'lib/', paths: ['lib/b.graft.json', 'lib/a.graft.json'] },
  ]);
});
