import { expect, it } from 'vitest';
import { byFolder } from './file-list.tsx';

it('lists the workspace first, then its folders, each by name without the extension', () => {
  expect(
    byFolder([
      'z-copy.graft.json',
      'z.graft.json',
      'lib/b.graft.json',
      'a/x.graft.json',
      'lib/a.graft.json',
    ]),
  ).toEqual([
    { folder: '', paths: ['z.graft.json', 'z-copy.graft.json'] },
    { folder: 'a/', paths: ['a/x.graft.json'] },
    { folder: 'lib/', paths: ['lib/a.graft.json', 'lib/b.graft.json'] },
  ]);
});
