import { expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { testRegistry as registry } from '../testing.ts';
import { inlineSubgraph } from './inline-subgraph.ts';

const double = { type: 'double', version: 2, params: {} };
const input = { type: 'input', version: 1, params: { name: 'x' } };
const output = { type: 'output', version: 1, params: { name: 'y' } };

/** A use of a graph whose input has a sample, which nodes in a row compute, written from the last to the first. */
function sampled(length: number) {
  const name = (at: number): string => `s${String(at).padStart(6, '0')}`;
  const row = Array.from({ length }, (_, at) => name(at));
  const s = {
    nodes: {
      ...Object.fromEntries(row.toReversed().map((id) => [id, double])),
      ...{ x: input, kept: double, y: output },
    },
    edges: [
      ...row.slice(1).map((id, at) => `${id}.value -> ${name(at)}.value`),
      ...[`${name(0)}.value -> x.sample`, 'x.value -> kept.value', 'kept.value -> y.value'],
    ],
  };
  const nodes = {
    number: { type: 'number', version: 1, params: { value: 1 } },
    use: { type: 'graph', version: 1, params: { use: '#s' } },
  };
  const graph = { graft: 1, nodes, edges: ['number.value -> use.x'], graphs: { s } };
  return parseGraph(JSON.stringify(graph), 'a.graft.json');
}

// A search of all edges for each node, again for each that goes, would not end within the test's time.
it('leaves out what only feeds a sample, also a row of 20,000 nodes', () => {
  const { graph, nodes } = inlineSubgraph(sampled(20_000), { node: 'use' }, { registry });
  expect(nodes).toEqual(['kept']);
  expect(graph.edges).toMatchObject([{ source: 'number', target: 'kept' }]);
});

it('keeps a node that feeds a sample and something else', () => {
  const graph = sampled(2);
  const s = graph.graphs?.['s'];
  if (s === undefined) throw new Error('There is no subgraph.');
  const also = { source: 's000001', sourcePort: 'value', target: 'kept', targetPort: 'also' };
  const with2 = { ...graph, graphs: { s: { ...s, edges: [...s.edges, also] } } };
  const inlined = inlineSubgraph(with2, { node: 'use' }, { registry });
  expect([...inlined.nodes].sort()).toEqual(['kept', 's000001']);
});
