import { createRegistry, migrateGraph, parseGraph } from '@graft/graph';
import { expect, it } from 'vitest';
import { indexKind, mostFlat } from './index-kind.ts';
import { index } from './node.ts';

it('takes the kind that was chosen, else one by the number of chunks', () => {
  expect(indexKind('hnsw', 1)).toBe('hnsw');
  expect(indexKind('flat', 1e6)).toBe('flat');
  expect(indexKind('auto', mostFlat)).toBe('flat');
  expect(indexKind('auto', mostFlat + 1)).toBe('hnsw');
});

it('stays flat in files from before auto was the default', () => {
  const written = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        old: { type: 'index', version: 1, params: { language: 'none' } },
        said: { type: 'index', version: 1, params: { kind: 'hnsw' } },
        young: { type: 'index', version: 2 },
      },
      experiments: { e: { arms: { other: { replace: { old: { type: 'index', version: 1 } } } } } },
    }),
  );
  const { nodes, experiments } = migrateGraph(written, createRegistry([index]));
  const paramsOf = (id: string) => index.params.parse(nodes[id]?.params);
  expect(nodes['old']?.version).toBe(2);
  expect(paramsOf('old')).toEqual({ kind: 'flat', language: 'none' });
  expect(paramsOf('said').kind).toBe('hnsw');
  expect(paramsOf('young').kind).toBe('auto');
  expect(experiments?.['e']?.arms?.['other']?.replace?.['old']).toMatchObject({
    ...{ version: 2, params: { kind: 'flat' } },
  });
});
