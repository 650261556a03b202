import { parseGraph } from '@graft/graph';
import { expect, it } from 'vitest';
import { neighbourOf } from './neighbour.ts';

const node = { type: 'chunk', version: 1, params: {} };
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: { a: node, b: node, c: node, far: node, near: node },
    edges: ['a.chunks -> b.documents', 'b.chunks -> c.documents'],
    layout: { a: [0, 0], b: [300, 0], c: [600, 0], far: [900, 900], near: [620, 90] },
  }),
);
const without = (...gone: string[]) =>
  Object.fromEntries(Object.entries(graph.nodes).filter(([id]) => !gone.includes(id)));

it('is what fed the node, else what it fed, else the nearest', () => {
  expect(neighbourOf('b', graph, without('b'))).toBe('a');
  expect(neighbourOf('b', graph, without('a', 'b'))).toBe('c');
  expect(neighbourOf('a', graph, without('a'))).toBe('b');
  expect(neighbourOf('c', graph, without('b', 'c'))).toBe('near');
  expect(neighbourOf('c', graph, {})).toBeUndefined();
});
