import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphError, type Problem } from '../base/errors.ts';
import { nestedGraph } from '../fixtures/nested-graph.ts';
import { parseEdge, sortEdges } from '../format/edge.ts';
import type { Edge, Feed, Graph, GraphBody, GraphNode, PlannedNode } from '../format/graph.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { cacheKey } from '../key/cache-key.ts';
import { noiseNode as noise, testEngines, testModels as models, testRegistry } from '../testing.ts';
import { loopRound } from './loop-round.ts';
import { planGraph, type PlanOptions } from './plan-graph.ts';
import { plannedNodes } from './planned-nodes.ts';
import { validateGraph } from './validate-graph.ts';

const file = 'loop.graft.json';
const graph = (body: object): Graph => parseGraph(JSON.stringify({ graft: 1, ...body }), file);
const node = (type: string, params: object = {}): object => ({
  ...{ type, params },
  version: testRegistry.get(type)?.version ?? 1,
});
const repeat = (params: object = {}): object => node('repeat', { use: '#body', ...params });
/** Doubles what it is given, and gives it to the next round. */
const doubling = {
  nodes: {
    in: node('input', { name: 'open' }),
    d: node('double'),
    out: node('output', { name: 'open' }),
  },
  edges: ['in.value -> d.value', 'd.value -> out.value'],
};

function problems(written: object, options: Partial<PlanOptions> = {}): readonly Problem[] {
  try {
    planGraph(graph(written), testRegistry, { models, file, ...options });
    return [];
  } catch (error) {
    return GraphError.from(error).problems;
  }
}
const brief = (found: readonly Problem[]): object[] =>
  found.map(({ code, location: { file: _file, ...at } }) => ({ code, ...at }));
const many = (count: number, one: object): Record<string, object> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, one]));
/** A number goes round in a loop. */
const looped = (params: object = {}, body: object = doubling): object => ({
  nodes: { n: node('number', { value: 3 }), r: repeat(params) },
  edges: ['n.value -> r.open'],
  graphs: { body },
});

describe('a loop', () => {
  it('is planned once, however many rounds it may have', () => {
    const { nodes, aliases } = planGraph(graph(looped({ limit: 1000 })), testRegistry, { models });
    expect(nodes.map(({ id }) => id)).toEqual(['n', 'r']);
    expect(aliases).toEqual({});
    expect([...plannedNodes(nodes)].map(({ id }) => id)).toEqual(['n', 'r', 'r/d']);
    const loop = nodes[1]?.loop ?? expect.unreachable();
    expect(loop).toMatchObject({ limit: 1000, state: ['open'], numbered: false });
    const round = loopRound(loop, {
      ...{ id: 'r', round: 7 },
      fed: { open: [{ node: 'r#6/d', port: 'value' }] },
    });
    expect(round.nodes[0]).toMatchObject({
      id: 'r#7/d',
      inputs: { value: [{ node: 'r#6/d', port: 'value' }] },
      place: { graph: 'body', node: 'd' },
    });
    expect(round.outputs).toEqual({ open: { node: 'r#7/d', port: 'value' } });
    expect(round.aliases).toEqual({
      'r#7/in.value': ['r#6/d.value'],
      'r#7/out.value': ['r#7/d.value'],
    });
  });

  it('needs a state, of one type, and one thing of it', () => {
    const renamed = {
      ...doubling,
      nodes: { ...doubling.nodes, out: node('output', { name: 'other' }) },
    };
    const [stateless] = problems(looped({}, renamed));
    expect(stateless).toMatchObject({ code: 'bad-param', location: { node: 'r', param: 'use' } });
    expect(stateless?.message).toContain('"other"');
    const retyped = {
      nodes: {
        in: node('input', { name: 'open' }),
        read: node('read'),
        d: node('double'),
        out: node('output', { name: 'open' }),
      },
      edges: ['in.value -> d.value', 'read.documents -> out.value'],
    };
    const [other] = problems(looped({}, retyped));
    expect(other).toMatchObject({ code: 'type-mismatch', location: { node: 'r', port: 'open' } });
    expect(other?.message).toContain('takes questions as "open", and gives documents');
    const many = {
      nodes: {
        in: node('input', { name: 'open', many: true }),
        sum: node('add'),
        out: node('output', { name: 'open' }),
      },
      edges: ['in.value -> sum.terms', 'sum.sum -> out.value'],
    };
    expect(brief(problems(looped({}, many)))).toEqual([
      { code: 'too-many-edges', node: 'r', port: 'open' },
    ]);
    const unfed = { nodes: { r: repeat() }, graphs: { body: doubling } };
    expect(brief(problems(unfed))).toEqual([{ code: 'missing-input', node: 'r', port: 'open' }]);
  });

  it('says what of its graph it names wrongly', () => {
    const found = problems(looped({ while: 'opem', collect: ['open', 'nothing'] }));
    expect(brief(found)).toEqual([
      { code: 'bad-param', node: 'r', param: 'while' },
      { code: 'bad-param', node: 'r', param: 'collect' },
      { code: 'bad-param', node: 'r', param: 'collect' },
    ]);
    expect(found[0]?.message).toContain('Did you mean "open"?');
    expect(brief(problems(looped({ limit: 0 })))).toEqual([
      { code: 'bad-param', node: 'r', param: 'limit' },
    ]);
    expect(brief(problems(looped({ limit: 1001 })))).toHaveLength(1);
  });

  it('locates what is wrong within, also where only it is to run', () => {
    const broken = {
      ...doubling,
      nodes: { ...doubling.nodes, d: node('double', { factor: 99 }) },
    };
    const drawn = looped({}, broken);
    const at = { code: 'bad-param', graph: 'body', node: 'd', param: 'factor' };
    expect(brief(problems(drawn))).toEqual([at]);
    expect(brief(problems(drawn, { only: 'r' }))).toEqual([at]);
    expect(problems(drawn, { only: 'n' })).toEqual([]);
    expect(brief(validateGraph(graph(drawn), testRegistry, { models, file }))).toEqual([at]);
  });

  it('cannot be part of itself, and is counted with all of its rounds', () => {
    const own = { nodes: { ...doubling.nodes, again: repeat() }, edges: doubling.edges };
    expect(brief(problems(looped({}, own)))).toContainEqual({
      ...{ code: 'cycle', graph: 'body', node: 'again', param: 'use' },
    });
    const wide = { ...doubling, nodes: { ...doubling.nodes, ...many(300, node('number')) } };
    expect(problems(looped({ limit: 600 }, wide))).toEqual([]);
    const [large] = problems(looped({ limit: 700 }, wide));
    expect(large).toMatchObject({ code: 'too-large', location: { node: 'r' } });
    expect(large?.message).toContain('210701 nodes');
    // Also where the limit comes from outside.
    const given = {
      nodes: { n: node('number'), g: node('graph', { use: '#outer', 'set.most': 700 }) },
      edges: ['n.value -> g.open'],
      graphs: {
        body: wide,
        outer: {
          nodes: { in: node('input', { name: 'open' }), r: repeat() },
          edges: ['in.value -> r.open'],
          expose: { most: 'r.limit' },
        },
      },
    };
    expect(problems(given)[0]).toMatchObject({
      code: 'too-large',
      location: { node: 'r', path: 'g/r', param: 'limit' },
    });
  });

  it('may use as many graphs as are counted', () => {
    const uses = (use: string) => many(380, node('graph', { use }));
    const body = { ...doubling, nodes: { ...doubling.nodes, ...uses('#wide') } };
    const graphs = { body, wide: { nodes: uses('#empty') }, empty: { nodes: {} } };
    expect(problems({ ...looped({ limit: 1 }), graphs })).toEqual([]);
  }, 60_000);

  it('sets the number of the round, which nobody else sets', () => {
    const numbered = { ...doubling, expose: { round: 'd.factor' } };
    const { nodes } = planGraph(graph(looped({ limit: 5 }, numbered)), testRegistry, { models });
    const loop = nodes[1]?.loop ?? expect.unreachable();
    const factors = [4, 1, 5].map((round) => loop.body(round).nodes[0]?.params['factor']);
    expect(factors).toEqual([4, 1, 5]);
    expect(brief(problems(looped({ 'set.round': 2 }, numbered)))).toEqual([
      { code: 'unknown-param', node: 'r', param: 'set.round' },
    ]);
    const [beyond] = problems(looped({ limit: 11 }, numbered));
    expect(beyond).toMatchObject({ code: 'bad-param', location: { node: 'r', param: 'limit' } });
    expect(beyond?.message).toContain('cannot be 11');
  });

  it('has a seed of its own for each round under each seed of the run', () => {
    const noisy = {
      nodes: {
        in: node('input', { name: 'open' }),
        d: node('noise'),
        out: node('output', { name: 'open' }),
      },
      edges: doubling.edges,
      expose: { round: 'd.seed' },
    };
    const seeds = new Set<unknown>();
    const registry = new Map([...testRegistry, ['noise', noise]] as const);
    for (const seed of [undefined, 1, 2, 3]) {
      const options = { models, ...(seed === undefined ? {} : { seed }) };
      const { nodes } = planGraph(graph(looped({ limit: 20 }, noisy)), registry, options);
      const loop = nodes.find(({ id }) => id === 'r')?.loop ?? expect.unreachable();
      for (let round = 1; round <= 20; round++) {
        const value = loop.body(round).nodes[0]?.params['seed'];
        if (seed === undefined) expect(value).toBe(round);
        seeds.add(value);
      }
    }
    expect(seeds.size).toBe(80);
  });

  it('carries facets round, and is refused where a later round does not fit', () => {
    const index = {
      nodes: {
        in: node('input', { name: 'index', type: 'index' }),
        ask: node('input', { name: 'questions' }),
        find: node('look-up', { model: 'wide-embedder' }),
        read: node('read'),
        split: node('split'),
        embed: node('vectors', { model: 'tiny-embedder' }),
        shelf: node('shelf'),
        out: node('output', { name: 'index' }),
      },
      edges: [
        'in.value -> find.index',
        'ask.value -> find.questions',
        'read.documents -> split.documents',
        'split.chunks -> embed.chunks',
        'embed.vectors -> shelf.vectors',
        'shelf.index -> out.value',
      ],
    };
    const drawn = (params: object): object => ({
      nodes: {
        ask: node('lines'),
        read: node('read'),
        split: node('split'),
        embed: node('vectors', { model: 'wide-embedder' }),
        shelf: node('shelf'),
        r: repeat(params),
      },
      edges: [
        'read.documents -> split.documents',
        'split.chunks -> embed.chunks',
        'embed.vectors -> shelf.vectors',
        'shelf.index -> r.index',
        'ask.rows -> r.questions',
      ],
      graphs: { body: index },
    });
    expect(problems(drawn({ limit: 1 }))).toEqual([]);
    expect(brief(problems(drawn({ limit: 2 })))).toEqual([
      {
        code: 'facet-mismatch',
        graph: 'body',
        node: 'find',
        path: 'r/find',
        port: 'index',
        param: 'model',
      },
    ]);
  });
});

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
