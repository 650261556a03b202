import { expect, it } from 'vitest';
import type { PlannedNode, ResolvedFile } from '@graft/graph';
import { resolvedFiles } from '../locks/graph-lock.ts';

it('tells what each source of a parameter holds, where that names several', () => {
  const sourceOf = (pattern: string) => ({
    ...{ kind: 'files' as const, patterns: [pattern], param: 'file', optional: true },
  });
  const sources = ['shop.sqlite', 'shop.sqlite-wal'].map(sourceOf);
  const nodes = [{ id: 'sql', sources }] as unknown as PlannedNode[];
  const shop = { path: 'shop.sqlite' } as ResolvedFile;
  const given = [[shop], []].map((files) => ({ kind: 'files' as const, param: 'file', files }));
  expect([...resolvedFiles(nodes, new Map([['sql', given]]))]).toEqual([
    ['shop.sqlite', [shop]],
    ['shop.sqlite-wal', []],
  ]);
});
