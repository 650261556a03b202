import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatEdge, parseEdge } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import { setBends } from '../compose/bend-edges.ts';
import { connect, disconnect, removeNodes, setParam, setTitle } from '../compose/graph-edit.ts';
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

it('keeps as much of mine where that is chosen as where nothing is', () => {
  const ours = set(base, 'value', 3);
  const c = { type: 'number', version: 1, params: {} };
  const gone = removeNodes(base, ['a']);
  const theirs = {
    ...gone,
    nodes: { ...gone.nodes, c },
    edges: [{ source: 'c', sourcePort: 'value', target: 'b', targetPort: 'value' }],
  };
  const mixed = merge(ours, theirs);
  const mine = merge(ours, theirs, { a: 'mine' });
  expect(mine.graph).toEqual(mixed.graph);
  expect(mine.graph.edges.map(formatEdge)).toEqual(edges);
  // It is decided whose node is taken, and still to be said that their edge went.
  expect(mixed.conflicts.map(({ kind }) => kind)).toEqual(['node', 'edge']);
  expect(mine.conflicts.map(({ kind }) => kind)).toEqual(['edge']);
});

it('connects a node that comes back beside others where its input takes several', () => {
  const read = (sources: readonly string[], value: number): Graph => {
    const number = (one: number) => ({ type: 'number', version: 1, params: { value: one } });
    const all = ['a', 'b', 'c'].filter((id) => id === 'c' || sources.includes(id));
    return parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: {
          ...Object.fromEntries(all.map((id) => [id, number(id === 'a' ? value : 0)])),
          sum: { type: 'sum', version: 1, params: {} },
        },
        edges: sources.map((id) => `${id}.value -> sum.terms`),
      }),
    );
  };
  const sides = {
    base: read(['a', 'b'], 1),
    ours: read(['a', 'b'], 2),
    theirs: read(['b', 'c'], 1),
  };
  const { graph } = mergeGraphs(sides, testRegistry, new Map([['a', 'mine']]));
  expect(graph.edges.map(({ source }) => source)).toEqual(['a', 'b', 'c']);
});

it('brings back a node that is called as what every object has', () => {
  const [before, after] = [1, 2].map((value) =>
    parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: { constructor: { ...nodes.a, params: { value } }, b: nodes.b },
        edges: ['constructor.value -> b.value'],
      }),
    ),
  );
  if (before === undefined || after === undefined) throw new Error('no graphs');
  const sides = { base: before, ours: removeNodes(before, ['constructor']), theirs: after };
  const { graph } = mergeGraphs(sides, testRegistry, new Map([['constructor', 'theirs']]));
  expect(graph.edges.map(formatEdge)).toEqual(['constructor.value -> b.value']);
});

it('leads the edges of a node that comes back, or stays, through the points that they had', () => {
  const bent = setBends(base, 'a.value -> b.value', [{ x: 5, y: 6 }]);
  const [gone, changed] = [removeNodes(bent, ['a']), set(bent, 'value', 3)];
  const back = mergeGraphs(
    { base: bent, ours: gone, theirs: changed },
    testRegistry,
    new Map([['a', 'theirs']]),
  );
  expect(back.graph.bends).toEqual(bent.bends);
  const stays = mergeGraphs({ base: bent, ours: changed, theirs: gone }, testRegistry);
  expect(stays.graph.bends).toEqual(bent.bends);
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

const ids = ['a', 'b', 'c', 'd'];
const double = { type: 'double', version: 2, params: {} };
const anyId = fc.constantFrom(...ids);
/** What is done, to which node, with which other, and to what. */
const anyEdit = fc.tuple(fc.nat(5), anyId, anyId, fc.nat(3));

function edited(graph: Graph, [what, id, other, to]: readonly [number, string, string, number]) {
  const edge = parseEdge(`${id}.value -> ${other}.value`);
  const isThere = Object.hasOwn(graph.nodes, id);
  if (what === 0 && !isThere) return { ...graph, nodes: { ...graph.nodes, [id]: double } };
  if (!isThere) return graph;
  if (what === 1) return setParam(graph, { node: id, param: 'value' }, to);
  if (what === 2) return setTitle(graph, id, `T${to}`);
  if (what === 3) return removeNodes(graph, [id]);
  if (what === 4) return disconnect(graph, edge);
  return id < other && Object.hasOwn(graph.nodes, other) ? connect(graph, edge) : graph;
}

it('has each node as the chosen side has it, no edge that neither has, and loses nothing that one side alone did', () => {
  const edits = fc.array(anyEdit, { maxLength: 8 });
  const anySide = fc.constantFrom<NodeSide>('mine', 'theirs');
  fc.assert(
    fc.property(fc.tuple(edits, edits, edits), fc.dictionary(anyId, anySide), (done, picks) => {
      const [first, mine, yours] = done;
      const saved = (graph: Graph): Graph => parseGraph(serializeGraph(graph));
      const start = saved(first.reduce(edited, { ...base, graphs: {} }));
      const [ours, theirs] = [
        saved(mine.reduce(edited, start)),
        saved(yours.reduce(edited, start)),
      ];
      const merged = (one: Graph, other: Graph, choices = new Map<string, NodeSide>()) =>
        mergeGraphs({ base: start, ours: one, theirs: other }, testRegistry, choices);
      expect(serializeGraph(merged(ours, start).graph)).toBe(serializeGraph(ours));
      expect(serializeGraph(merged(start, theirs).graph)).toBe(serializeGraph(theirs));
      const both = merged(ours, theirs).changed.map(changedKey);
      const choices = new Map(Object.entries(picks).filter(([id]) => both.includes(id)));
      const { graph } = merged(ours, theirs, choices);
      for (const [id, side] of choices) {
        expect(graph.nodes[id]).toEqual((side === 'mine' ? ours : theirs).nodes[id]);
      }
      const edgesOf = ({ edges: all }: Graph): readonly string[] => all.map(formatEdge);
      const kept = edgesOf(graph);
      for (const edge of kept) expect([...edgesOf(ours), ...edgesOf(theirs)]).toContain(edge);
      // What both sides have stays, where its nodes do.
      for (const edge of edgesOf(ours).filter((one) => edgesOf(theirs).includes(one))) {
        const { source, target } = parseEdge(edge);
        const isThere = [source, target].every((id) => Object.hasOwn(graph.nodes, id));
        expect(kept.includes(edge)).toBe(isThere);
      }
    }),
    { numRuns: 400 },
  );
});
