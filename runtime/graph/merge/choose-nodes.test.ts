import { expect, it } from 'vitest';
import { formatEdge } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { removeNodes, setParam, setTitle } from '../compose/graph-edit.ts';
import { testRegistry } from '../testing.ts';
import { changedKey, type NodeSide } from './choose-nodes.ts';
import { mergeGraphs } from './merge-graphs.ts';

const nodes = {
  a: { type: 'number', version: 1, params: { value: 1, list: [1] } },
  b: { type: 'double', version: 2, params: {} },
};
const edges = ['a.value -> b.value'];
const base = parseGraph(
  JSON.stringify({
    ...{ graft: 1, nodes, edges, graphs: { inner: { nodes, edges } } },
    layout: { a: [0, 0], b: [100, 0] },
  }),
);
const set = (graph: Graph, param: string, value: unknown): Graph =>
  setParam(graph, { node: 'a', param }, value);
const merge = (ours: Graph, theirs: Graph, choices: Readonly<Record<string, NodeSide>> = {}) =>
  mergeGraphs({ base, ours, theirs }, testRegistry, new Map(Object.entries(choices)));

it('takes one side’s node whole where that is chosen, and mixes both else', () => {
  const ours = setTitle(set(base, 'value', 2), 'a', 'Mine');
  const theirs = set(set(base, 'value', 3), 'list', [3]);
  const mixed = merge(ours, theirs);
  expect(mixed.changed.map(changedKey)).toEqual(['a']);
  expect(mixed.changed[0]).toMatchObject({
    was: { params: { value: 1 } },
    mine: { params: { value: 2 } },
    theirs: { params: { value: 3 } },
  });
  expect(mixed.conflicts).toHaveLength(1);
  expect(mixed.graph.nodes['a']).toMatchObject({ title: 'Mine', params: { value: 2, list: [3] } });
  const mine = merge(ours, theirs, { a: 'mine' });
  expect(mine.graph.nodes['a']).toEqual(ours.nodes['a']);
  const yours = merge(ours, theirs, { a: 'theirs' });
  expect(yours.graph.nodes['a']).toEqual(theirs.nodes['a']);
  for (const { conflicts, changed } of [mine, yours]) {
    expect(conflicts).toEqual([]);
    expect(changed).toEqual(mixed.changed);
  }
});

it('says nothing of a node that one side changed, or both alike', () => {
  expect(merge(set(base, 'value', 2), setTitle(base, 'b', 'B')).changed).toEqual([]);
  const both = set(base, 'value', 2);
  expect(merge(setTitle(both, 'b', 'B'), both).changed).toEqual([]);
});

it('brings back what mine removed, with its edges, or removes what theirs did', () => {
  const ours = removeNodes(base, ['a']);
  const theirs = set(base, 'value', 3);
  expect(merge(ours, theirs).graph.nodes).not.toHaveProperty('a');
  const back = merge(ours, theirs, { a: 'theirs' });
  expect(back.graph.nodes['a']).toEqual(theirs.nodes['a']);
  expect(back.graph.edges.map(formatEdge)).toEqual(edges);
  expect(back.graph.layout['a']).toEqual({ x: 0, y: 0 });
  expect(merge(theirs, ours).graph.nodes).toHaveProperty('a');
  const gone = merge(theirs, ours, { a: 'theirs' });
  expect(gone.graph.nodes).not.toHaveProperty('a');
  expect(gone.graph.edges).toEqual([]);
  expect(gone.conflicts).toEqual([]);
});

it('leaves what was connected in the place of a node that comes back', () => {
  const other = {
    ...removeNodes(base, ['a']),
    edges: [{ source: 'c', sourcePort: 'value', target: 'b', targetPort: 'value' }],
  };
  const c = { type: 'number', version: 1, params: {} };
  const ours = { ...other, nodes: { ...other.nodes, c } };
  const { graph } = merge(ours, set(base, 'value', 3), { a: 'theirs' });
  expect(graph.nodes).toHaveProperty('a');
  expect(graph.edges.map(formatEdge)).toEqual(['c.value -> b.value']);
});

it('tells nodes of subgraphs apart', () => {
  const within = (value: number): Graph => {
    const inner = base.graphs?.['inner'];
    if (inner === undefined) throw new Error('no subgraph');
    const a = { type: 'number', version: 1, params: { value } };
    return { ...base, graphs: { inner: { ...inner, nodes: { ...inner.nodes, a } } } };
  };
  const { changed } = merge(within(2), within(3));
  expect(changed.map(changedKey)).toEqual(['inner/a']);
  const { graph } = merge(within(2), within(3), { 'inner/a': 'theirs' });
  expect(graph.graphs?.['inner']?.nodes['a']?.params).toEqual({ value: 3 });
});
