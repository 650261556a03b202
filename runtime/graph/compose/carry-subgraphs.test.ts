import { expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { carrySubgraphs, subgraphsOf } from './carry-subgraphs.ts';

const node = (type: string, version: number, params: object = {}) => ({ type, version, params });
const use = (name: string) => node('graph', 1, { use: `#${name}` });
const body = (factor: number) => ({ nodes: { d: node('double', 2, { factor }) } });
const fileOf = (graphs: object, nodes: object = {}) =>
  parseGraph(JSON.stringify({ graft: 1, nodes, edges: [], graphs }));
const from = fileOf(
  {
    deep: body(3),
    outer: { nodes: { in: use('deep') } },
    unused: body(9),
    loop: { nodes: { again: use('loop') } },
  },
  { a: use('outer'), b: use('gone'), c: use('loop') },
);
const uses = (nodes: Readonly<Record<string, { readonly params: object }>>): unknown =>
  Object.fromEntries(
    Object.entries(nodes).map(([id, { params }]) => [id, 'use' in params ? params.use : undefined]),
  );
const brought = { nodes: from.nodes, graphs: subgraphsOf(from, from.nodes) };

it('brings the subgraphs that nodes use and what these use, and no others', () => {
  expect(Object.keys(brought.graphs)).toEqual(['outer', 'loop', 'deep']);
  const { graph, nodes } = carrySubgraphs(fileOf({ other: body(1) }), brought);
  expect(Object.keys(graph.graphs ?? {})).toEqual(['other', 'outer', 'loop', 'deep']);
  expect(uses(nodes)).toEqual({ a: '#outer', b: '#gone', c: '#loop' });
});

it('leaves what is there already, wherever its nodes stand', () => {
  const moved = { ...body(3), layout: { d: [40, 40] } };
  const { graph } = carrySubgraphs(fileOf({ deep: moved }), brought);
  expect(graph.graphs?.['deep']?.layout).toEqual({ d: { x: 40, y: 40 } });
  expect(uses(graph.graphs?.['outer']?.nodes ?? {})).toEqual({ in: '#deep' });
});

it('gives another name where another has it, to whoever uses it too', () => {
  const { graph, nodes } = carrySubgraphs(fileOf({ deep: body(4), 'deep-2': body(5) }), brought);
  expect(Object.keys(graph.graphs ?? {})).toEqual(['deep', 'deep-2', 'outer', 'loop', 'deep-3']);
  expect(graph.graphs?.['deep']?.nodes['d']?.params).toEqual({ factor: 4 });
  expect(graph.graphs?.['deep-3']?.nodes['d']?.params).toEqual({ factor: 3 });
  expect(uses(graph.graphs?.['outer']?.nodes ?? {})).toEqual({ in: '#deep-3' });
  expect(uses(nodes)).toMatchObject({ a: '#outer' });
  // One of that name whose insides differ further below is another as well.
  const again = carrySubgraphs(
    fileOf({ deep: body(4), outer: { nodes: { in: use('deep') } } }),
    brought,
  );
  expect(uses(again.nodes)).toMatchObject({ a: '#outer-2' });
  expect(uses(again.graph.graphs?.['outer-2']?.nodes ?? {})).toEqual({ in: '#deep-2' });
});
