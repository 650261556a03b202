import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nestedGraph } from '../fixtures/nested-graph.ts';
import { parseEdge, sortEdges, type Edge, type Feed } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { PlannedNode } from '../format/plan.ts';
import type { GraphBody, GraphNode } from '../format/graph-body.ts';
import { cacheKey } from '../key/cache-key.ts';
import { testEngines, testModels as models, testRegistry } from '../testing.ts';
import { loopRound } from './loop-round.ts';
import { planGraph } from './plan-graph.ts';

type Numbers = Record<string, readonly Feed[]>;

/** The nodes of a plan with every loop run to its limit. */
function unrolled(nodes: readonly PlannedNode[], gives: Map<string, Feed>): PlannedNode[] {
  return nodes.flatMap((one) => {
    const { loop, id, inputs } = one;
    if (loop === undefined) return [one];
    const rounds: PlannedNode[] = [];
    let fed: Numbers = inputs;
    for (let round = 1; round <= loop.limit; round++) {
      const drawn = loopRound(loop, { id, round, fed });
      rounds.push(...unrolled(drawn.nodes, gives));
      const state = loop.state.map((name) => [name, [drawn.outputs[name]].flatMap((f) => f ?? [])]);
      fed = { ...inputs, ...(Object.fromEntries(state) as Numbers) };
      for (const [name, feed] of Object.entries(drawn.outputs)) gives.set(`${id}.${name}`, feed);
    }
    return rounds;
  });
}

/** The keys of a graph, as if what a step gives had its key as digest. */
function keysOf(drawn: Graph): string[] {
  const gives = new Map<string, Feed>();
  const keys = new Map<string, string>();
  for (const one of unrolled(planGraph(drawn, testRegistry, { models }).nodes, gives)) {
    const digestOf = (feed: Feed): string => {
      const behind = gives.get(`${feed.node}.${feed.port}`);
      return behind === undefined
        ? `${keys.get(feed.node) ?? 'none'}.${feed.port}`
        : digestOf(behind);
    };
    const inputs = Object.entries(one.inputs).map(([port, feeds]) => [port, feeds.map(digestOf)]);
    const key = cacheKey({
      ...{ node: one, inputs: Object.fromEntries(inputs) as Record<string, string[]>, sources: [] },
      ...{ deviceClass: 'cpu', engines: testEngines },
    });
    keys.set(one.id, key.value);
  }
  return [...keys.values()].sort();
}

/** A graph of numbers as the body of a loop: its first outputs lead to its inputs of one edge. */
function loopBody(
  body: GraphBody,
): { body: GraphBody; inputs: string[]; state: string[] } | undefined {
  const all = Object.entries(body.nodes);
  const inputs = all.flatMap(([, { type, params }]) => (type === 'input' ? [params] : []));
  const single = inputs.filter(({ many }) => many !== true).map(({ name }) => String(name));
  const outputs = all.filter(([, { type }]) => type === 'output').map(([id]) => id);
  const state = single.slice(0, outputs.length);
  if (state.length === 0) return undefined;
  const nodes: Record<string, GraphNode> = { ...body.nodes };
  for (const [i, name] of state.entries()) {
    const id = outputs[i] ?? '';
    nodes[id] = { ...(nodes[id] ?? expect.unreachable()), params: { name } };
  }
  const exposed = Object.values(body.expose ?? {}).find(({ param }) => param === 'factor');
  const expose = exposed && { ...body.expose, round: { node: exposed.node, param: exposed.param } };
  return {
    body: { ...body, nodes, ...(expose === undefined ? {} : { expose }) },
    inputs: inputs.map(({ name }) => String(name)),
    state,
  };
}

/** A loop of some rounds, and its body drawn as often, each fed by the one before. */
function bothWays(made: Graph, rounds: number): readonly [Graph, Graph] | undefined {
  const [name, written] = Object.entries(made.graphs ?? {}).at(-1) ?? [];
  const used = written === undefined ? undefined : loopBody(written);
  if (name === undefined || used === undefined) return undefined;
  const { body, inputs, state } = used;
  const numbers = Object.fromEntries(
    inputs.map((input, i): [string, GraphNode] => [
      `n-${input}`,
      { type: 'number', version: 1, params: { value: i } },
    ]),
  );
  const edge = (from: string, to: string): Edge => parseEdge(`${from} -> ${to}`);
  const after: GraphNode = { type: 'double', version: 2, params: {} };
  const [first = ''] = state;
  const drawn = (nodes: Record<string, GraphNode>, edges: Edge[], last: string): Graph => ({
    ...made,
    nodes: { ...numbers, ...nodes, after },
    edges: sortEdges([...edges, edge(`${last}.${first}`, 'after.value')]),
    graphs: { ...made.graphs, [name]: body },
    layout: {},
  });
  const use = `#${name}`;
  const node: GraphNode = { type: 'repeat', version: 1, params: { use, limit: rounds } };
  const fed = inputs.map((input) => edge(`n-${input}.value`, `loop.${input}`));
  const chain: Record<string, GraphNode> = {};
  const edges: Edge[] = [];
  for (let round = 1; round <= rounds; round++) {
    const id = `r${round}`;
    const set = body.expose?.['round'] === undefined ? {} : { 'set.round': round };
    chain[id] = { type: 'graph', version: 1, params: { use, ...set } };
    for (const input of inputs) {
      const isState = round > 1 && state.includes(input);
      const from = isState ? `r${round - 1}.${input}` : `n-${input}.value`;
      edges.push(edge(from, `${id}.${input}`));
    }
  }
  return [drawn({ loop: node }, fed, 'loop'), drawn(chain, edges, `r${rounds}`)];
}

function sound(drawn: Graph): boolean {
  try {
    planGraph(drawn, testRegistry, { models });
    return true;
  } catch {
    return false;
  }
}

it('a loop of k rounds has the keys of its graph drawn k times in a row', () => {
  let compared = 0;
  let numbered = 0;
  fc.assert(
    fc.property(nestedGraph, fc.integer({ min: 1, max: 5 }), (made, rounds) => {
      const ways = bothWays(made, rounds);
      fc.pre(ways !== undefined);
      const [loop, chain] = ways ?? expect.unreachable();
      fc.pre(sound(loop) && sound(chain));
      expect(keysOf(loop)).toEqual(keysOf(chain));
      compared++;
      if (loop.graphs && Object.values(loop.graphs).some(({ expose }) => expose?.['round']))
        numbered++;
    }),
    { numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(100);
  expect(numbered).toBeGreaterThan(20);
});
