import { parseGraph } from '@graft/graph';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cellOrder, cellSections, proseOrder } from './cell-order.ts';

function graph(
  ids: readonly string[],
  edges: readonly string[],
  drawn: { readonly layout?: object; readonly groups?: object } = {},
) {
  const nodes = Object.fromEntries(ids.map((id) => [id, { type: 'any', version: 1, params: {} }]));
  return parseGraph(JSON.stringify({ graft: 1, nodes, edges, ...drawn }));
}

it('puts each node below what feeds it, and else by place', () => {
  const edges = ['a.out -> c.in', 'b.out -> c.in', 'd.out -> b.in'];
  const places = { a: [500, 0], b: [280, 0], c: [560, 0], d: [0, 0], e: [280, 300] };
  expect(cellOrder(graph(['a', 'b', 'c', 'd', 'e'], edges, { layout: places }))).toEqual([
    ...['d', 'b', 'e', 'a', 'c'],
  ]);
});

it('lists what stands in a circle, and what hangs on it, once', () => {
  const edges = ['a.out -> b.in', 'b.out -> a.in', 'b.out -> c.in'];
  expect(cellOrder(graph(['a', 'b', 'c', 'd'], edges))).toEqual(['d', 'a', 'b', 'c']);
});

const framed = (title: string, x: number, width: number) => ({
  ...{ title, x, y: -50, width, height: 300 },
});

it('keeps the nodes of a group together, under its title', () => {
  const places = { a: [0, 0], b: [280, 0], c: [560, 0], d: [300, 400] };
  const groups = { g: framed('Search', 250, 600) };
  const edges = ['a.out -> d.in', 'b.out -> c.in'];
  expect(cellSections(graph(['a', 'b', 'c', 'd'], edges, { layout: places, groups }))).toEqual([
    { key: '0 ', ids: ['a'] },
    { key: '0 g', title: 'Search', ids: ['b', 'c'] },
    { key: '1 ', ids: ['d'] },
  ]);
});

it('names a group again that a node outside tears apart', () => {
  const places = { a: [0, 0], b: [280, 400], c: [560, 0] };
  const groups = { g: framed('Search', -20, 900) };
  const torn = graph(['a', 'b', 'c'], ['a.out -> b.in', 'b.out -> c.in'], {
    layout: places,
    groups,
  });
  expect(cellSections(torn)).toEqual([
    { key: '0 g', title: 'Search', ids: ['a'] },
    { key: '0 ', ids: ['b'] },
    { key: '1 g', title: 'Search (continued)', ids: ['c'] },
  ]);
});

it('keeps a group whole that only follows what is torn apart', () => {
  const places = { b1: [0, 0], y: [100, 400], b2: [200, 0], a1: [1000, 0], a2: [1200, 0] };
  const groups = { a: framed('A', 950, 600), b: framed('B', -20, 600) };
  const edges = [
    'a1.out -> x.in',
    'x.out -> a2.in',
    'a2.out -> b1.in',
    'a2.out -> y.in',
    'a2.out -> b2.in',
  ];
  const drawn = { layout: { ...places, x: [1100, 400] }, groups };
  const sections = cellSections(graph(['a1', 'a2', 'x', 'b1', 'b2', 'y'], edges, drawn));
  expect(sections.filter(({ title }) => title !== undefined)).toEqual([
    { key: '0 a', title: 'A', ids: ['a1'] },
    { key: '1 a', title: 'A (continued)', ids: ['a2'] },
    { key: '0 b', title: 'B', ids: ['b1', 'b2'] },
  ]);
});

it('keeps every edge downwards in graphs of any shape', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 30 }), (pairs) => {
      const ids = Array.from({ length: 12 }, (_, at) => `n${String(at)}`);
      const edges = pairs
        .filter(([from, to]) => from < to)
        .map(([from, to]) => `n${String(from)}.out -> n${String(to)}.in`);
      const places = Object.fromEntries(ids.map((id, at) => [id, [(at * 7) % 12, at % 3]]));
      const groups = { one: framed('One', 0, 220), two: framed('Two', 105, 8) };
      const order = cellOrder(graph(ids, [...new Set(edges)], { layout: places, groups }));
      expect(order.toSorted()).toEqual(ids.toSorted());
      for (const edge of edges) {
        const [from = '', to = ''] = edge.split(' -> ').map((end) => end.split('.')[0] ?? '');
        expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
      }
    }),
  );
});

it('puts notes before the nodes that they are about, others at the head, each from the top down', () => {
  const note = (x: number, y: number, about?: string) => ({ text: '', x, y, width: 9, about });
  const graph = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { chunk: { type: 'chunk', version: 1, params: {} } },
      notes: {
        a: note(9, 5),
        b: note(0, 5),
        c: note(0, 0, 'gone'),
        d: note(0, 8, 'chunk'),
        e: note(0, 2, 'chunk'),
      },
    }),
  );
  const { head, before } = proseOrder(graph);
  expect(head.map(([id]) => id)).toEqual(['c', 'b', 'a']);
  expect([...before].map(([node, prose]) => [node, prose.map(([id]) => id)])).toEqual([
    ['chunk', ['e', 'd']],
  ]);
});
