import { expect, it } from 'vitest';
import { meaningDigest } from '../format/graph-meaning.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import { diffGraphs } from '../merge/diff-graphs.ts';
import { formatDiff } from '../merge/format-diff.ts';
import { mergeGraphs } from '../merge/merge-graphs.ts';
import { createRegistry } from '../types/registry.ts';
import { testDefinitions } from '../testing.ts';
import { setBends, withoutBends } from './bend-edges.ts';
import { duplicateNodes } from './duplicate-nodes.ts';
import { connect, disconnect, moveNodes, removeNodes } from './graph-edit.ts';
import { inlineSubgraph } from './inline-subgraph.ts';
import { makeSubgraph } from './make-subgraph.ts';
import { renamePort } from './rename-port.ts';

const edge = 'number.value -> double.value';
const plain = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      number: { type: 'number', version: 1, params: { value: 1 } },
      double: { type: 'double', version: 2, params: {} },
      other: { type: 'double', version: 2, params: {} },
    },
    edges: [edge, 'number.value -> other.value'],
    layout: { number: [0, 0], double: [300, 0], other: [300, 200] },
  }),
);
const bent = setBends(plain, edge, [
  { x: 250.4, y: -40 },
  { x: 280, y: 90 },
]);
const registry = createRegistry(testDefinitions);
const points = (graph: typeof bent) => Object.values(graph.bends ?? {}).flat();

it('is written beside the layout on whole pixels, and changes nothing that is computed', () => {
  const text = serializeGraph(bent);
  expect(text).toContain(`  "bends": {\n    "${edge}": [[250, -40], [280, 90]]\n  },\n  "layout"`);
  expect(parseGraph(text)).toEqual(bent);
  expect(meaningDigest(bent)).toBe(meaningDigest(plain));
  expect(serializeGraph(setBends(bent, edge, []))).toBe(serializeGraph(plain));
  expect(formatDiff(diffGraphs(plain, bent))).toEqual(['bent 1 edge (no result changes)']);
});

it.each(['[]', '{"a.b -> c.d": [1, 2]}', '{"a.b -> c.d": [["1", 2]]}', '{"a.b -> c.d": {}}'])(
  'refuses bends that are %s',
  (bends) => {
    expect(() => parseGraph(`{"graft": 1, "bends": ${bends}}`)).toThrow(
      /"bends" should be an object/,
    );
  },
);

it('goes with its edge', () => {
  const [first] = bent.edges;
  if (first === undefined) throw new Error('no edge');
  expect(disconnect(bent, first).bends).toBeUndefined();
  expect(connect(disconnect(bent, first), first).bends).toBeUndefined();
  expect(removeNodes(bent, ['double']).bends).toBeUndefined();
  expect(removeNodes(bent, ['other']).bends).toEqual(bent.bends);
  expect(withoutBends(bent, (one) => one === edge).bends).toBeUndefined();
  const loose = { ...bent, edges: [] };
  expect(serializeGraph(loose)).not.toContain('bends');
});

it('moves along where both ends move, and stays where one does', () => {
  const both = moveNodes(bent, { number: { x: 10, y: 20 }, double: { x: 310, y: 20 } });
  expect(points(both)).toEqual([
    { x: 260, y: -20 },
    { x: 290, y: 110 },
  ]);
  expect(moveNodes(bent, { double: { x: 900, y: 9 } }).bends).toEqual(bent.bends);
});

it('is copied with both ends, and goes into a subgraph and out again', () => {
  const { graph } = duplicateNodes(bent, ['number', 'double'], { x: 40, y: 40 });
  expect(graph.bends?.['number-2.value -> double-2.value']).toEqual([
    { x: 290, y: 0 },
    { x: 320, y: 130 },
  ]);
  expect(graph.bends?.[edge]).toEqual(bent.bends?.[edge]);
  const made = makeSubgraph(bent, { nodes: ['number', 'double'] }, { registry });
  expect(made.graph.bends).toBeUndefined();
  expect(made.graph.graphs?.['subgraph']?.bends).toEqual(bent.bends);
  const back = inlineSubgraph(made.graph, { node: made.node }, { registry }).graph;
  expect(back.bends?.[edge]).toHaveLength(2);
});

it('is led into what is put in the place of its node, and never what only has the same name', () => {
  const made = makeSubgraph(bent, { nodes: ['double'] }, { registry });
  const entering = Object.values(made.graph.bends ?? {});
  expect(entering).toEqual([bent.bends?.[edge]]);
  const out = inlineSubgraph(made.graph, { node: made.node }, { registry }).graph;
  expect(out.bends).toEqual(bent.bends);
  // The subgraph has an edge of the same string, which is not bent.
  const { nodes, edges, layout } = plain;
  const use = { type: 'graph', version: 1, params: { use: '#same' } };
  const twice = {
    ...{ ...bent, nodes: { ...bent.nodes, use } },
    graphs: { same: { nodes, edges, layout } },
  };
  const both = inlineSubgraph(twice, { node: 'use' }, { registry }).graph;
  expect(Object.keys(both.nodes)).toContain('double-2');
  expect(both.bends).toEqual(bent.bends);
});

it('goes along where a port gets another name', () => {
  const made = makeSubgraph(bent, { nodes: ['double'] }, { registry });
  const port = { at: made.subgraph, node: 'value', name: 'number' };
  const renamed = renamePort(made.graph, port, { registry }).graph;
  expect(renamed.bends).toEqual({ 'number.value -> subgraph.number': bent.bends?.[edge] });
  const input = (params: object) => ({ type: 'input', version: 1, params });
  const use = (name: string) => ({ type: 'graph', version: 1, params: { use: name } });
  const file = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { one: use('#outer') },
      graphs: {
        outer: {
          nodes: { number: plain.nodes['number'], two: use('#inner') },
          edges: ['number.value -> two.before'],
          bends: { 'number.value -> two.before': [[5, 6]] },
        },
        inner: {
          nodes: {
            in: input({ name: 'now', formerly: ['before'] }),
            double: plain.nodes['double'],
          },
          edges: ['in.value -> double.value'],
        },
      },
    }),
  );
  const { graph } = inlineSubgraph(file, { node: 'one' }, { registry });
  expect(graph.bends).toEqual({ 'number.value -> two.now': [{ x: 5, y: 6 }] });
});

it('is nowhere so far out that it could not be written, or drawn', () => {
  const far = setBends(plain, edge, [{ x: 1e308, y: -1e308 }]);
  const { graph } = duplicateNodes(far, ['number', 'double'], { x: 1e308, y: 1e308 });
  expect(points(parseGraph(serializeGraph(graph)))).toContainEqual({ x: 1e7, y: 1e7 });
  const apart = moveNodes(plain, { number: { x: 1.7e308, y: 0 }, double: { x: 1.7e308, y: 0 } });
  const made = makeSubgraph(apart, { nodes: ['number', 'double'] }, { registry });
  expect(made.graph.layout[made.node]).toEqual({ x: 1e7, y: 0 });
});

it('is merged by edge, ours where both bent one', () => {
  const other = 'number.value -> other.value';
  const theirs = setBends(setBends(plain, edge, [{ x: 1, y: 1 }]), other, [{ x: 2, y: 2 }]);
  const { graph, conflicts } = mergeGraphs({ base: plain, ours: bent, theirs }, registry);
  expect(conflicts).toEqual([]);
  expect(graph.bends).toEqual({ ...bent.bends, [other]: [{ x: 2, y: 2 }] });
});
