import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { own } from '../base/record.ts';
import { nestedGraph } from '../fixtures/nested-graph.ts';
import { sortEdges } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { PlannedNode } from '../format/plan.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { noLock } from '../format/lock.ts';
import { cacheKey } from '../key/cache-key.ts';
import { testEngines, testModels, testRegistry } from '../testing.ts';
import { planGraph } from './plan-graph.ts';

const models = testModels;

/** The key of a node whose inputs have these digests. */
function keyOf(
  node: Pick<PlannedNode, 'definition' | 'params'>,
  inputs: Readonly<Record<string, readonly string[]>>,
): string {
  const planned = { ...node, id: '', inputs: {}, inputFacets: {}, outputFacets: {}, sources: [] };
  return cacheKey({ node: planned, inputs, sources: [], deviceClass: 'cpu', engines: testEngines })
    .value;
}

/** The keys of a plan, as if what a step gives had its key as digest. */
function keysOf(graph: Graph): string[] {
  const keys = new Map<string, string>();
  for (const node of planGraph(graph, testRegistry, { models }).nodes) {
    const inputs = Object.entries(node.inputs).map(
      ([port, feeds]) => [port, feeds.map((feed) => keys.get(feed.node) ?? 'none')] as const,
    );
    keys.set(node.id, keyOf(node, Object.fromEntries(inputs)));
  }
  return [...keys.values()].sort();
}

type Digests = readonly string[];

/**
 * Calls a graph as a function: each body is evaluated node by node, its inputs bound to what its use is fed, and never
 * expanded. Another way to the keys than the plan's.
 */
function callGraph(graph: Graph): string[] {
  const keys: string[] = [];
  const call = (
    body: GraphBody,
    given: { readonly inputs: Record<string, Digests>; readonly set: Record<string, unknown> },
  ): Record<string, Digests> => {
    const known = new Map<string, Record<string, Digests>>();
    const fed = (id: string, port: string): Digests =>
      sortEdges(body.edges)
        .filter((edge) => edge.target === id && edge.targetPort === port)
        .flatMap((edge) => valueOf(edge.source)[edge.sourcePort] ?? []);
    const paramsOf = (id: string): Record<string, unknown> => {
      const params = { ...body.nodes[id]?.params };
      for (const [name, exposure] of Object.entries(body.expose ?? {})) {
        const value = own(given.set, name) ?? exposure.default;
        if (exposure.node === id && value !== undefined) params[exposure.param] = value;
      }
      return params;
    };
    const evaluate = (id: string): Record<string, Digests> => {
      const { type = '', bypass } = body.nodes[id] ?? {};
      const params = paramsOf(id);
      if (bypass === true) return { value: fed(id, 'value') };
      if (type === 'input') return { value: given.inputs[String(params['name'])] ?? [] };
      if (type === 'output') return {};
      if (type === 'graph') {
        const used = graph.graphs?.[String(params['use']).slice(1)];
        if (used === undefined) throw new Error('no such graph');
        const names = Object.values(used.nodes).flatMap((node) =>
          node.type === 'input' ? String(node.params['name']) : [],
        );
        const set = Object.entries(params).flatMap(([name, value]) =>
          name.startsWith('set.') ? [[name.slice(4), value] as const] : [],
        );
        return call(used, {
          inputs: Object.fromEntries(names.map((name) => [name, fed(id, name)])),
          set: Object.fromEntries(set),
        });
      }
      const definition = testRegistry.get(type);
      if (definition === undefined) throw new Error(`no type ${type}`);
      const inputs = Object.keys(definition.inputs).map((port) => [port, fed(id, port)] as const);
      const key = keyOf(
        { definition, params: definition.params.parse(params) },
        Object.fromEntries(inputs),
      );
      keys.push(key);
      return Object.fromEntries(Object.keys(definition.outputs).map((port) => [port, [key]]));
    };
    const valueOf = (id: string): Record<string, Digests> => {
      const value = known.get(id) ?? evaluate(id);
      known.set(id, value);
      return value;
    };
    for (const id of Object.keys(body.nodes)) valueOf(id);
    const outputs = Object.entries(body.nodes).flatMap(([id, node]) =>
      node.type === 'output' ? [[String(node.params['name']), fed(id, 'value')] as const] : [],
    );
    return Object.fromEntries(outputs);
  };
  call(graph, { inputs: {}, set: {} });
  return keys.sort();
}

/** Without the graphs in which several edges would arrive at a port of one. */
function planned(graph: Graph): boolean {
  try {
    planGraph(graph, testRegistry, { models });
    return true;
  } catch {
    return false;
  }
}

describe('a graph of graphs', () => {
  it('has the keys that calling it as a function gives', () => {
    let nested = 0;
    fc.assert(
      fc.property(nestedGraph, (graph) => {
        fc.pre(planned(graph));
        const keys = keysOf(graph);
        expect(keys).toEqual(callGraph(graph));
        if (graph.graphs !== undefined && keys.length > Object.keys(graph.nodes).length) nested++;
      }),
      { numRuns: 300 },
    );
    expect(nested).toBeGreaterThan(20);
  });

  it('has the keys of the graph drawn flat with the same feed order', () => {
    let drawn = 0;
    fc.assert(
      fc.property(nestedGraph, (graph) => {
        fc.pre(planned(graph));
        const flat = drawFlat(graph);
        if (flat === undefined) return;
        drawn++;
        expect(keysOf(flat)).toEqual(keysOf(graph));
      }),
      { numRuns: 300 },
    );
    expect(drawn).toBeGreaterThan(100);
  });
});

/**
 * The plan as a file without structure, its nodes numbered so that edge strings sort as the plan has the feeds; undefined
 * where one file cannot say that order, or where a feed comes twice.
 */
function drawFlat(graph: Graph): Graph | undefined {
  const { nodes } = planGraph(graph, testRegistry, { models });
  const before = nodes.flatMap(({ inputs }) =>
    Object.values(inputs).flatMap((feeds) =>
      feeds.slice(1).map((feed, i) => [feeds[i]?.node ?? '', feed.node] as const),
    ),
  );
  const order: string[] = [];
  const left = new Set(nodes.map(({ id }) => id));
  while (left.size > 0) {
    const next = [...left].find((id) => !before.some(([a, b]) => b === id && left.has(a)));
    if (next === undefined) return undefined;
    order.push(next);
    left.delete(next);
  }
  const name = new Map(order.map((id, i) => [id, `n${String(i).padStart(4, '0')}`]));
  return {
    nodes: Object.fromEntries(
      nodes.map(({ id, definition, params }) => [
        name.get(id) ?? '',
        { type: definition.type, version: definition.version, params },
      ]),
    ),
    edges: sortEdges(
      nodes.flatMap(({ id, inputs }) =>
        Object.entries(inputs).flatMap(([targetPort, feeds]) =>
          feeds.map((feed) => ({
            source: name.get(feed.node) ?? '',
            sourcePort: feed.port,
            target: name.get(id) ?? '',
            targetPort,
          })),
        ),
      ),
    ),
    lock: noLock,
    layout: {},
  };
}
