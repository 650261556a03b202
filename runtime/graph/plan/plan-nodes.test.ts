import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphError, type Problem } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { noiseNode as noise, testModels as models, testRegistry } from '../testing.ts';
import { loopRound } from './loop-round.ts';
import { planGraph, type PlanOptions } from './plan-graph.ts';
import { plannedNodes } from '../format/plan.ts';
import { validateGraph } from './resolve-graph.ts';

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
    expect(other?.message).toContain('takes questions, but the output "open" gives documents');
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
    const only = (name: string): string[] =>
      planGraph(graph(looped()), testRegistry, { models, only: name }).nodes.map(({ id }) => id);
    expect([only('r/d'), only('r#2/d'), only('n')]).toEqual([['n', 'r'], ['n', 'r'], ['n']]);
    expect(() => only('r/dd')).toThrow('There is no node "r/dd". Did you mean "r/d"?');
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
    expect(large?.message).toContain('210702 nodes');
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

  it('within loops is counted without what its rounds are given', () => {
    const within = (use: string): object => ({
      nodes: { ...doubling.nodes, d: node('repeat', { use, limit: 10 }) },
      edges: ['in.value -> d.open', 'd.open -> out.value'],
    });
    const body = within('#b');
    const graphs = { body, b: within('#c'), c: within('#d'), d: within('#e'), e: doubling };
    expect(problems({ ...looped({ limit: 10 }), graphs })).toEqual([]);
    const [large] = problems({ ...looped({ limit: 19 }), graphs });
    expect(large?.message).toContain('211111 nodes');
  });

  it('counts each round, also where it does nothing but hand on', () => {
    const ports = Object.fromEntries(
      ['a', 'b'].flatMap((name) =>
        ['input', 'output'].map((side) => [side + name, node(side, { name })]),
      ),
    );
    const swapping = {
      nodes: ports,
      edges: ['inputa.value -> outputb.value', 'inputb.value -> outputa.value'],
    };
    const outer = {
      nodes: { ...ports, r: node('repeat', { use: '#inner', limit: 1000 }) },
      edges: ['a', 'b'].flatMap((x) => [`input${x}.value -> r.${x}`, `r.${x} -> output${x}.value`]),
    };
    const drawn = (limit: number): object => ({
      nodes: { n: node('number'), m: node('number'), r: repeat({ limit }) },
      edges: ['n.value -> r.a', 'm.value -> r.b'],
      graphs: { body: outer, inner: swapping },
    });
    expect(problems(drawn(100))).toEqual([]);
    expect(brief(problems(drawn(200)))).toEqual([
      { code: 'too-large', graph: 'body', node: 'r', path: 'r/r', param: 'limit' },
    ]);
  });

  it('is run as often in each round of a loop around it', () => {
    const outer = {
      nodes: { ...doubling.nodes, d: repeat({ use: '#inner', limit: 2 }) },
      edges: ['in.value -> d.open', 'd.open -> out.value'],
      expose: { round: 'd.limit' },
    };
    const at = { graph: 'body', node: 'd', path: 'r/d', param: 'limit' };
    const graphs = { body: outer, inner: doubling };
    expect(brief(problems({ ...looped({ limit: 3 }), graphs }))).toEqual([
      { code: 'bad-param', ...at },
    ]);
    // Also through a graph in between.
    const between = {
      nodes: { ...doubling.nodes, d: node('graph', { use: '#body' }) },
      edges: outer.edges,
      expose: { round: 'd.set.often' },
    };
    const body = { ...outer, expose: { often: 'd.limit' } };
    const through = {
      ...looped({ limit: 3, use: '#between' }),
      graphs: { ...graphs, body, between },
    };
    expect(brief(problems(through))).toEqual([{ code: 'bad-param', ...at, path: 'r/d/d' }]);
  });

  it('may use as many graphs as are counted', () => {
    const uses = (use: string) => many(380, node('graph', { use }));
    const body = { ...doubling, nodes: { ...doubling.nodes, ...uses('#wide') } };
    const graphs = { body, wide: { nodes: uses('#empty') }, empty: { nodes: {} } };
    expect(problems({ ...looped({ limit: 1 }), graphs })).toEqual([]);
  });

  it('switched off passes on where one state does, and is no loop then', () => {
    const drawn = {
      nodes: {
        n: node('number', { value: 3 }),
        r: { ...repeat(), bypass: true },
        after: node('double'),
      },
      edges: ['n.value -> r.open', 'r.open -> after.value'],
      graphs: { body: doubling },
    };
    const { nodes } = planGraph(graph(drawn), testRegistry, { models });
    expect(nodes.map(({ id, inputs }) => [id, inputs])).toEqual([
      ['n', {}],
      ['after', { value: [{ node: 'n', port: 'value' }] }],
    ]);
  });

  it('of nothing but an edge gives what it was given', () => {
    const through = {
      nodes: { in: doubling.nodes.in, out: doubling.nodes.out },
      edges: ['in.value -> out.value'],
    };
    const { nodes } = planGraph(graph(looped({}, through)), testRegistry, { models });
    const loop = nodes[1]?.loop ?? expect.unreachable();
    const fed = { open: [{ node: 'n', port: 'value' }] };
    expect(loopRound(loop, { id: 'r', round: 2, fed })).toEqual({
      ...{ nodes: [], outputs: { open: { node: 'n', port: 'value' } } },
      aliases: { 'r#2/in.value': ['n.value'], 'r#2/out.value': ['n.value'] },
    });
  });

  it('never makes a plan fail but with problems, whatever it says', () => {
    const junk = fc.constantFrom<unknown>('x', null, 0, 1e9, -1, ['nothing', 7]);
    const or = (...sound: readonly unknown[]): fc.Arbitrary<unknown> =>
      fc.oneof({ arbitrary: fc.constantFrom(...sound), weight: 4 }, junk);
    const params = fc.record(
      {
        use: or('#body', '#other'),
        while: or('open', ''),
        limit: or(1, 3),
        collect: or([], ['open']),
        'set.round': or(2),
      },
      { requiredKeys: ['use'] },
    );
    const exposure = fc.constantFrom('d.factor', 'd.threads', 'in.name', 'r.limit', 'gone.x');
    let sound = 0;
    fc.assert(
      fc.property(params, fc.option(exposure, { freq: 1 }), fc.boolean(), (set, exposed, inner) => {
        const body = {
          nodes: {
            ...doubling.nodes,
            ...(inner ? { r: repeat({ use: '#other', limit: 2 }) } : {}),
          },
          edges: [...doubling.edges, ...(inner ? ['d.value -> r.open'] : [])],
          ...(exposed === null ? {} : { expose: { round: exposed } }),
        };
        const drawn = graph({
          nodes: { n: node('number'), r: repeat(set) },
          edges: ['n.value -> r.open'],
          graphs: { body, other: doubling },
        });
        const found = validateGraph(drawn, testRegistry, { models, file });
        expect(found.filter(({ code }) => code === 'internal')).toEqual([]);
        if (found.length > 0) return;
        sound++;
        const { nodes } = planGraph(drawn, testRegistry, { models });
        expect(nodes.find(({ id }) => id === 'r')?.loop?.limit).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
    expect(sound).toBeGreaterThan(5);
  });

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
    expect(beyond?.message).toContain('cannot be 11: it must be at most 10.');
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
    const registry = new Map(testRegistry).set('noise', noise);
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
