import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { nestedGraph } from '../fixtures/nested-graph.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import type { Graph } from '../format/graph.ts';
import type { Plan } from '../format/plan.ts';
import { planGraph } from '../plan/plan-graph.ts';
import { numberNode, testDefinitions, testModels as models } from '../testing.ts';
import type { NodeType } from '../types/node-type.ts';
import { createRegistry } from '../types/registry.ts';
import { formatEdge } from '../format/edge.ts';
import { extractSubgraph } from './extract-subgraph.ts';
import { inlineSubgraph } from './inline-subgraph.ts';
import { makeSubgraph } from './make-subgraph.ts';
import { renameExposure, renamePort } from './rename-port.ts';

/** A node with a list that has an entry an edge. */
const mixNode: NodeType = {
  ...(testDefinitions.find(({ type }) => type === 'add') ?? numberNode),
  type: 'mix',
  params: z.strictObject({
    weights: z.array(z.number()).default([]).meta({ title: 'Weights', entryPerEdge: 'terms' }),
  }),
};
const registry = createRegistry([...testDefinitions, mixNode]);

/**
 * What a plan computes, whatever its nodes are called: each node with what feeds it, weights beside their edges. In no
 * order, which edge strings give, and these get other names.
 */
function computed(plan: Plan): string[] {
  const known = new Map<string, string>();
  for (const { id, definition, params, inputs } of plan.nodes) {
    const weights = z.array(z.number()).safeParse(params['weights']).data;
    const fed = Object.entries(inputs).map(([port, feeds]) => {
      const texts = feeds.map((feed, i) => `${known.get(feed.node) ?? ''}*${weights?.[i] ?? 1}`);
      return [port, texts.sort()];
    });
    const rest = weights === undefined ? params : {};
    known.set(id, JSON.stringify([definition.type, rest, fed]));
  }
  return [...known.values()].sort();
}
const plan = (graph: Graph, graphs?: Record<string, Graph>): string[] =>
  computed(
    planGraph(graph, registry, {
      models,
      ...(graphs === undefined ? {} : { graphs: (path) => graphs[path] }),
    }),
  );

function plans(graph: Graph): boolean {
  try {
    plan(graph);
    return true;
  } catch {
    return false;
  }
}

describe('a subgraph of a selection', () => {
  it('and then inlined is the graph that was there', () => {
    let made = 0;
    fc.assert(
      fc.property(
        nestedGraph,
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        (graph, picks) => {
          const names = Object.keys(graph.nodes);
          const nodes = picks.map((pick) => names[pick % names.length] ?? '');
          fc.pre(nodes.some((id) => graph.nodes[id]?.type !== 'output'));
          const subgraph = makeSubgraph(graph, { nodes }, { registry });
          const back = inlineSubgraph(subgraph.graph, { node: subgraph.node }, { registry });
          const { layout: _, ...rest } = back.graph;
          const { layout: _before, ...before } = graph;
          expect(rest).toEqual(before);
          expect(parseGraph(serializeGraph(subgraph.graph))).toEqual(subgraph.graph);
          made++;
        },
      ),
      { numRuns: 300 * inject('share') },
    );
    expect(made).toBeGreaterThan(100 * inject('share') - 1);
  });

  it('computes what the nodes did', () => {
    fc.assert(
      fc.property(
        nestedGraph,
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        (graph, picks) => {
          fc.pre(plans(graph));
          const names = Object.keys(graph.nodes);
          const nodes = picks.map((pick) => names[pick % names.length] ?? '');
          fc.pre(nodes.some((id) => graph.nodes[id]?.type !== 'output'));
          const subgraph = makeSubgraph(graph, { nodes }, { registry });
          expect(plan(subgraph.graph)).toEqual(plan(graph));
        },
      ),
      { numRuns: 200 * inject('share') },
    );
  });

  const weighted = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        a: { type: 'number', version: 1, params: { value: 1 } },
        b: { type: 'number', version: 1, params: { value: 2 } },
        c: { type: 'number', version: 1, params: { value: 3 } },
        mix: { type: 'mix', version: 1, params: { weights: [10, 20, 30] } },
        twice: { type: 'double', version: 2 },
      },
      edges: [
        'a.value -> mix.terms',
        'b.value -> mix.terms',
        'c.value -> mix.terms',
        'mix.sum -> twice.value',
      ],
      expose: { by: 'twice.factor' },
      layout: { a: [0, 0], mix: [300, 0], twice: [600, 100] },
    }),
  );

  it('keeps weights beside their edges, and what was exposed', () => {
    const { graph, node } = makeSubgraph(
      weighted,
      { nodes: ['a', 'twice'], name: 'z' },
      { registry },
    );
    expect(graph.nodes['mix']?.params['weights']).toEqual([20, 30, 10]);
    expect(plan(graph)).toEqual(plan(weighted));
    expect(graph.expose).toEqual({ by: { node: 'z', param: 'set.by' } });
    const set = { ...graph, nodes: { ...graph.nodes } };
    set.nodes[node] = { type: 'graph', version: 1, params: { use: '#z', 'set.by': 5 } };
    expect(plan(inlineSubgraph(set, { node }, { registry }).graph)).toEqual(plan(set));
    expect(inlineSubgraph(set, { node }, { registry }).graph.nodes['twice']?.params).toEqual({
      factor: 5,
    });
  });

  it('calls its ports as those that they stand for, and gives what no other node takes', () => {
    const { graph, node } = makeSubgraph(weighted, { nodes: ['twice'], name: 'z' }, { registry });
    expect(graph.edges.map(formatEdge)).toContain(`mix.sum -> ${node}.value`);
    const made = graph.graphs?.['z'];
    expect(made?.nodes['value-2']).toMatchObject({ type: 'output', params: { name: 'value' } });
    expect(made?.edges.map(formatEdge)).toEqual([
      'twice.value -> value-2.value',
      'value.value -> twice.value',
    ]);
  });

  it('becomes a file, with the subgraphs that it uses, and computes the same', () => {
    const inner = makeSubgraph(weighted, { nodes: ['a', 'b'], name: 'pair' }, { registry });
    const outer = makeSubgraph(inner.graph, { nodes: ['pair', 'mix'], name: 'all' }, { registry });
    const { graph, file } = extractSubgraph(outer.graph, 'all', 'lib/all.graft.json');
    expect(graph.graphs).toBeUndefined();
    expect(Object.keys(file.graphs ?? {})).toEqual(['pair']);
    expect(plan(graph, { 'lib/all.graft.json': file })).toEqual(plan(weighted));
    const back = inlineSubgraph(
      graph,
      { node: outer.node },
      { registry, graphs: (path) => (path === 'lib/all.graft.json' ? file : undefined) },
    );
    expect(Object.keys(back.graph.graphs ?? {})).toEqual(['pair']);
    expect(plan(back.graph)).toEqual(plan(weighted));
  });
});

describe('another name', () => {
  const file = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        n: { type: 'number', version: 1, params: { value: 1 } },
        use: { type: 'graph', version: 1, params: { use: '#g', 'set.by': 4 } },
        out: { type: 'output', version: 1 },
      },
      edges: ['n.value -> use.in', 'use.result -> out.value'],
      graphs: {
        g: {
          nodes: {
            in: { type: 'input', version: 1 },
            d: { type: 'double', version: 2 },
            result: { type: 'output', version: 1 },
          },
          edges: ['in.value -> d.value', 'd.value -> result.value'],
          expose: { by: 'd.factor' },
        },
      },
    }),
  );

  it('of a port goes to all its uses, and other files follow', () => {
    const number = { at: 'g', node: 'in', name: 'number' };
    const { graph: renamed } = renamePort(file, number, { registry });
    const doubled = { at: 'g', node: 'result', name: 'doubled' };
    const { graph: both } = renamePort(renamed, doubled, { registry });
    expect(both.edges.map(({ targetPort }) => targetPort)).toContain('number');
    expect(both.edges.map(({ sourcePort }) => sourcePort)).toContain('doubled');
    expect(plan(both)).toEqual(plan(file));
    // One whose edges have the names of before.
    expect(plan({ ...both, edges: file.edges })).toEqual(plan(file));
    const there = { node: 'in', name: 'doubled' };
    expect(() => renamePort(both, { ...there, node: 'd' }, { registry })).toThrow(
      'not an input or output',
    );
    expect(() => renamePort(file, { at: 'g', node: 'in', name: 'a b' }, { registry })).toThrow(
      'is not a valid name',
    );
  });

  it('of an exposed parameter goes to what its uses set', () => {
    const renamed = renameExposure(file, { at: 'g', name: 'by' }, 'factor');
    expect(renamed.nodes['use']?.params).toEqual({ use: '#g', 'set.factor': 4 });
    expect(plan(renamed)).toEqual(plan(file));
    expect(plan({ ...renamed, nodes: file.nodes })).toEqual(plan(file));
  });
});
