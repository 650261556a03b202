import { expect, it } from 'vitest';
import { z } from 'zod';
import { formatEdge } from '../format/edge.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { createRegistry } from '../types/registry.ts';
import type { NodeType } from '../types/node-type.ts';
import { numberNode, testDefinitions } from '../testing.ts';
import { freezeOutput, readRowsOf, isFrozenFile } from './freeze-output.ts';

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      a: { type: 'x', version: 1, params: {} },
      b: { type: 'x', version: 1, params: { size: 2 } },
      c: { type: 'x', version: 1, title: 'End', params: {} },
    },
    edges: ['a.out -> b.in', 'b.out -> c.in', 'b.out -> c.other'],
    layout: { b: [40, 60] },
  }),
);
const mixNode: NodeType = {
  ...(testDefinitions.find(({ type }) => type === 'add') ?? numberNode),
  type: 'mix',
  params: z.strictObject({
    weights: z.array(z.number()).default([]).meta({ title: 'Weights', entryPerEdge: 'terms' }),
  }),
};
const registry = createRegistry([numberNode, mixNode]);
const rows = { registry, reader: numberNode, file: 'frozen/b.jsonl', type: 'chunks', version: 2 };

it('stands in the place of the node, under its id', () => {
  const { graph: frozen, id } = freezeOutput(graph, { node: 'b', port: 'out' }, rows);
  expect(id).toBe('b');
  expect(frozen.nodes['b']).toMatchObject({
    type: numberNode.type,
    title: 'b (frozen)',
    params: { file: 'frozen/b.jsonl', type: 'chunks', written: 2 },
  });
  expect(frozen.edges.map(formatEdge)).toEqual(['b.rows -> c.in', 'b.rows -> c.other']);
  expect(frozen.layout).toEqual(graph.layout);
});

it('is called as the node was', () => {
  const nodes = { ...graph.nodes, b: { type: 'number', version: 1, params: {} } };
  const { graph: frozen } = freezeOutput({ ...graph, nodes }, { node: 'b', port: 'out' }, rows);
  expect(frozen.nodes['b']?.title).toBe(`${numberNode.title} (frozen)`);
  const again = freezeOutput(frozen, { node: 'b', port: 'rows' }, rows);
  expect(again.graph.nodes['b']?.title).toBe(`${numberNode.title} (frozen)`);
});

it('stands beside a node whose other outputs are used', () => {
  const two = {
    ...graph,
    edges: [...graph.edges, { source: 'b', sourcePort: 'log', target: 'c', targetPort: 'z' }],
  };
  const { graph: frozen, id } = freezeOutput(two, { node: 'b', port: 'out' }, rows);
  expect(id).toBe('b-out');
  expect(frozen.nodes['b']).toBe(graph.nodes['b']);
  expect(frozen.edges.map(formatEdge)).toEqual([
    'a.out -> b.in',
    'b-out.rows -> c.in',
    'b-out.rows -> c.other',
    'b.log -> c.z',
  ]);
  expect(frozen.layout['b-out']).toEqual({ x: 40, y: 240 });
});

it('says which node is not there', () => {
  expect(() => freezeOutput(graph, { node: 'q', port: 'out' }, rows)).toThrow(/no node "q"/);
});

it('leaves the entries of lists that go by edge with their edges', () => {
  const weighted = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        'a-z': { type: 'number', version: 1, params: {} },
        a: { type: 'number', version: 1, params: {} },
        mix: { type: 'mix', version: 1, params: { weights: [1, 2] } },
        log: { type: 'x', version: 1, params: {} },
      },
      edges: ['a-z.value -> mix.terms', 'a.value -> mix.terms', 'a.log -> log.in'],
    }),
  );
  const { graph: frozen } = freezeOutput(weighted, { node: 'a', port: 'value' }, rows);
  expect(frozen.edges.map(formatEdge)).toEqual([
    'a-value.rows -> mix.terms',
    'a-z.value -> mix.terms',
    'a.log -> log.in',
  ]);
  expect(frozen.nodes['mix']?.params).toEqual({ weights: [2, 1] });
});

it('tells which frozen rows a node reads', () => {
  const reads = (params: Readonly<Record<string, unknown>>, type = 'load-rows') =>
    readRowsOf({ type, version: 1, params });
  const file = 'frozen/a/b.jsonl';
  expect(reads({ file, type: 'chunks', written: 2 })).toEqual({ file, type: 'chunks', written: 2 });
  expect(reads({ file })).toEqual({ file, type: 'questions', written: 0 });
  expect(reads({ file, written: 'two' })).toMatchObject({ written: 0 });
  expect(reads({ file: 'data/mine.jsonl' })).toBeUndefined();
  expect(reads({ file }, 'chunk')).toBeUndefined();
  expect(readRowsOf(undefined)).toBeUndefined();
  expect(['frozen/.jsonl', 'frozen/a.json', 'a/frozen/b.jsonl'].some(isFrozenFile)).toBe(false);
});
