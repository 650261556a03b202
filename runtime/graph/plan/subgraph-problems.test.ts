import { describe, expect, it } from 'vitest';
import { GraphError, type Problem } from '../base/errors.ts';
import { parseGraph } from '../format/parse-graph.ts';
import type { Graph } from '../format/graph.ts';
import { testModels as models, testRegistry } from '../testing.ts';
import { connectionVerdict } from './connection-verdict.ts';
import { planGraph, type PlanOptions } from './plan-graph.ts';
import { validateGraph } from './resolve-graph.ts';

const file = 'rag.graft.json';
const graph = (body: object): Graph => parseGraph(JSON.stringify({ graft: 1, ...body }), file);
const number = { type: 'number', version: 1, params: { value: 3 } };
const double = { type: 'double', version: 2 };
const input = (params: object = {}): object => ({ type: 'input', version: 1, params });
const output = (params: object = {}): object => ({ type: 'output', version: 1, params });
const use = (params: object | string): object => ({
  type: 'graph',
  version: 1,
  params: typeof params === 'string' ? { use: params } : params,
});
const off = { bypass: true };
/** Doubles what it is given. */
const doubling = {
  nodes: { in: input(), d: double, result: output() },
  edges: ['in.value -> d.value', 'd.value -> result.value'],
  expose: { by: 'd.factor' },
};

function problems(written: Graph, options: Partial<PlanOptions> = {}): readonly Problem[] {
  try {
    planGraph(written, testRegistry, { models, file, ...options });
    return [];
  } catch (error) {
    return GraphError.from(error).problems;
  }
}
const brief = (found: readonly Problem[]): object[] =>
  found.map(({ code, location: { file: _file, ...at } }) => ({ code, ...at }));

describe('graphs within graphs', () => {
  it('are refused where they are part of themselves, with the way round', () => {
    const own = graph({ nodes: { a: use('#g') }, graphs: { g: { nodes: { b: use('#g') } } } });
    expect(brief(problems(own))).toEqual([{ code: 'cycle', graph: 'g', node: 'b', param: 'use' }]);
    const lib = graph({ nodes: { back: use(file) } });
    const found = problems(graph({ nodes: { a: use('lib.graft.json') } }), {
      graphs: (path) => (path === 'lib.graft.json' ? lib : undefined),
    });
    expect(found[0]?.message).toContain('rag.graft.json → lib.graft.json → rag.graft.json');
    expect(found[0]?.location.file).toBe('lib.graft.json');
  });

  it('call the nodes within them by the titles on the screen, also those of other files', () => {
    const market = {
      nodes: { in: input({ many: true }), d: double, b: output() },
      edges: ['in.value -> d.value', 'd.value -> b.value'],
    };
    const priced = { ...number, title: 'Price' };
    const lib = graph({ nodes: { n: priced, a: output() }, edges: ['n.value -> a.value'] });
    const found = problems(
      graph({
        nodes: {
          x: { ...use('lib.graft.json'), title: 'Shop' },
          m: number,
          y: { ...use('#g'), title: 'Market' },
        },
        edges: ['m.value -> y.in', 'x.a -> y.in'],
        graphs: { g: market },
      }),
      { graphs: (path) => (path === 'lib.graft.json' ? lib : undefined) },
    );
    expect(found).toMatchObject([
      {
        code: 'too-many-edges',
        message:
          'This input takes one connection, but 2 arrive through its graph: from "value" of “Number” and "value" of “Shop/Price”. Keep one.',
      },
    ]);
  });

  it('are counted before they are expanded: ten levels of ten uses each', () => {
    const levels = Array.from({ length: 10 }, (_, level) => [
      `g${level}`,
      {
        nodes: Object.fromEntries(
          Array.from({ length: 10 }, (_, i) => [
            `n${i}`,
            level === 9 ? number : use(`#g${level + 1}`),
          ]),
        ),
      },
    ]);
    const deep = graph({ nodes: { all: use('#g0') }, graphs: Object.fromEntries(levels) });
    const [problem] = problems(deep);
    expect(problem).toMatchObject({ code: 'too-large', location: { file, node: 'all' } });
    expect(problem?.message).toContain('the limit is 200000');
    // Nor may empty ones be used without end, or deeper than any stack.
    const chain = Array.from({ length: 150 }, (_, i) => [
      `g${i}`,
      { nodes: i === 149 ? {} : { a: use(`#g${i + 1}`) } },
    ]);
    const tall = graph({ nodes: { all: use('#g0') }, graphs: Object.fromEntries(chain) });
    expect(brief(problems(tall))[0]).toMatchObject({ code: 'too-large', param: 'use' });
  });

  it('that are not there say so at the node, and its edges are kept without a word', () => {
    const gone = graph({
      nodes: { a: use('#reeder'), b: use('lib/x.graft.json'), c: use(''), n: number },
      edges: ['n.value -> a.anything'],
      graphs: { reader: doubling },
    });
    const found = problems(gone);
    expect(brief(found)).toEqual([
      { code: 'missing-file', node: 'a', param: 'use' },
      { code: 'missing-file', node: 'b', param: 'use' },
      { code: 'bad-param', node: 'c', param: 'use' },
    ]);
    expect(found[0]?.message).toContain('Did you mean "reader"?');
    const unreadable = graph({ nodes: { b: use('lib/x.graft.json') } });
    const damaged = new GraphError('bad-syntax', 'It is no JSON.');
    expect(problems(unreadable, { graphs: () => damaged })[0]).toMatchObject({
      code: 'bad-syntax',
      message: 'Graft cannot use "lib/x.graft.json": It is no JSON.',
    });
  });

  it('say where an edge meets a port that is gone, or has another type', () => {
    const wrong = graph({
      nodes: { n: number, r: { type: 'read', version: 1 }, a: use('#g'), b: use('#g') },
      edges: ['n.value -> a.inn', 'r.documents -> b.in'],
      graphs: { g: doubling },
    });
    expect(brief(problems(wrong))).toEqual([
      { code: 'unknown-port', node: 'a', port: 'inn' },
      { code: 'type-mismatch', node: 'b', port: 'in' },
      { code: 'missing-input', node: 'a', port: 'in' },
    ]);
  });

  it('lead edges and settings of former names to those of today', () => {
    const renamed = {
      nodes: {
        in: input({ name: 'figure', formerly: ['in'] }),
        d: double,
        result: output({ name: 'twice', formerly: ['result'] }),
      },
      edges: doubling.edges,
      expose: { times: { param: 'd.factor', formerly: ['by'] } },
    };
    const old = graph({
      nodes: { n: number, a: use({ use: '#g', 'set.by': 7 }), out: output() },
      edges: ['n.value -> a.in', 'a.result -> out.value'],
      graphs: { g: renamed },
    });
    const { nodes, aliases } = planGraph(old, testRegistry, { models, file });
    expect(nodes.map(({ id, params }) => [id, params['factor']])).toEqual([
      ['n', undefined],
      ['a/d', 7],
    ]);
    expect(aliases).toEqual({
      'a.twice': ['a/d.value'],
      'a/in.value': ['n.value'],
      'a/result.value': ['a/d.value'],
      'out.value': ['a/d.value'],
    });
  });

  it('have each input and output under a name of its own, and expose what is there', () => {
    const twice = {
      nodes: { ...doubling.nodes, in2: input({ name: 'in' }), other: output({ name: 'result' }) },
      edges: [...doubling.edges, 'in2.value -> other.value'],
      expose: {
        by: 'd.facter',
        x: 'gone.y',
        type: 'in.type',
        bad: { param: 'd.factor', default: 99 },
      },
    };
    const written = graph({ graphs: { g: twice } });
    expect(brief(validateGraph(written, testRegistry, { models, file }))).toEqual([
      { code: 'bad-param', graph: 'g', node: 'in2', param: 'name' },
      { code: 'bad-param', graph: 'g', node: 'result', param: 'name' },
      { code: 'unknown-param', graph: 'g', node: 'd' },
      { code: 'unknown-param', graph: 'g' },
      { code: 'unknown-param', graph: 'g', node: 'in' },
      { code: 'unknown-param', graph: 'g', node: 'd' },
    ]);
    // Nothing uses it, so that it keeps nothing from running.
    expect(problems(written)).toEqual([]);
  });

  it('say what is wrong within once, at the node as it is written', () => {
    const broken = {
      ...doubling,
      nodes: { ...doubling.nodes, d: { ...double, params: { factor: 0 } } },
    };
    const three = graph({
      nodes: { n: number, a: use('#g'), b: use('#g'), c: use({ use: '#g', 'set.by': 99 }) },
      edges: ['n.value -> a.in', 'n.value -> b.in', 'n.value -> c.in'],
      graphs: { g: broken },
    });
    expect(brief(problems(three))).toEqual([
      { code: 'bad-param', node: 'c', param: 'set.by' },
      { code: 'bad-param', graph: 'g', node: 'd', param: 'factor' },
    ]);
    expect(problems(three, { only: 'n' })).toEqual([]);
  });

  it('carry facets across their border: an index under another embedder', () => {
    const shelf = {
      nodes: {
        read: { type: 'read', version: 1 },
        split: { type: 'split', version: 1 },
        vectors: { type: 'vectors', version: 1 },
        shelf: { type: 'shelf', version: 1 },
        index: output(),
      },
      edges: [
        'read.documents -> split.documents',
        'split.chunks -> vectors.chunks',
        'vectors.vectors -> shelf.vectors',
        'shelf.index -> index.value',
      ],
      expose: { model: 'vectors.model' },
    };
    const look = { type: 'look-up', version: 1, params: { model: 'wide-embedder' } };
    const lines = { type: 'lines', version: 1 };
    const nodes = { made: use('#shelf'), look, lines };
    const edges = ['lines.rows -> look.questions'];
    const apart = graph({ nodes, edges, graphs: { shelf } });
    const edge = { source: 'made', sourcePort: 'index', target: 'look', targetPort: 'index' };
    const context = { registry: testRegistry, models, file };
    const verdict = connectionVerdict(apart, edge, context);
    expect(verdict).toMatchObject({ ok: false, reason: expect.stringContaining('same embedder') });
    const joined = [...edges, 'made.index -> look.index'];
    expect(brief(problems(graph({ nodes, edges: joined, graphs: { shelf } })))).toEqual([
      { code: 'facet-mismatch', node: 'look', port: 'index', param: 'model' },
    ]);
    const made = use({ use: '#shelf', 'set.model': 'wide-embedder' });
    expect(
      problems(graph({ nodes: { ...nodes, made }, edges: joined, graphs: { shelf } })),
    ).toEqual([]);
    const other = connectionVerdict(
      graph({ nodes: { ...nodes, made }, edges, graphs: { shelf } }),
      edge,
      context,
    );
    expect(other).toEqual({ ok: true });
  });
});

describe('inputs', () => {
  const asked = (params: object, more: object = {}, edges: string[] = []): Graph =>
    graph({
      nodes: { q: input(params), d: double, ...more },
      edges: ['q.value -> d.value', ...edges],
    });
  const ids = (written: Graph, options: Partial<PlanOptions> = {}): string[] =>
    planGraph(written, testRegistry, { models, file, ...options }).nodes.map(({ id }) => id);

  it('are given from outside, have a sample, or say what is missing', () => {
    expect(brief(problems(asked({})))).toEqual([{ code: 'missing-input', node: 'q' }]);
    expect(validateGraph(asked({}), testRegistry, { models, file })).toEqual([]);
    expect(ids(asked({}), { given: new Set(['q']) })).toEqual(['q', 'd']);
    expect(brief(problems(asked({ optional: true })))).toEqual([
      { code: 'missing-input', node: 'd', port: 'value' },
    ]);
    const sample = asked({}, { n: number, m: double }, [
      'n.value -> m.value',
      'm.value -> q.sample',
    ]);
    expect(ids(sample)).toEqual(['n', 'm', 'd']);
    // What only feeds the sample is not planned where the input is fed.
    expect(ids(sample, { given: new Set(['q']) })).toEqual(['q', 'd']);
    const shared = asked({}, { n: number, m: double }, [
      'n.value -> m.value',
      'n.value -> q.sample',
    ]);
    expect(ids(shared, { given: new Set(['q']) }).sort()).toEqual(['d', 'm', 'n', 'q']);
  });
});

describe('a node that is switched off', () => {
  const line = (more: object, edges: string[]): Graph =>
    graph({ nodes: { n: number, d: { ...double, ...off }, e: double, ...more }, edges });
  const chain = ['n.value -> d.value', 'd.value -> e.value'];

  it('passes on what comes in of its type', () => {
    const { nodes, aliases } = planGraph(line({}, chain), testRegistry, { models, file });
    expect(nodes.map(({ id }) => id)).toEqual(['n', 'e']);
    expect(nodes[1]?.inputs).toEqual({ value: [{ node: 'n', port: 'value' }] });
    expect(aliases).toEqual({ 'd.value': ['n.value'] });
  });

  it('counts as not connected where it is a source', () => {
    const source = line({ n: { ...number, ...off } }, chain);
    expect(brief(problems(source))).toEqual([{ code: 'missing-input', node: 'e', port: 'value' }]);
  });

  it('is refused where nothing says what it passes on, and not missed where nobody asks', () => {
    const split = { type: 'split', version: 1, ...off };
    const nodes = { r: { type: 'read', version: 1 }, s: split, v: { type: 'vectors', version: 1 } };
    const edges = ['r.documents -> s.documents', 's.chunks -> v.chunks'];
    const [problem] = problems(graph({ nodes, edges }));
    expect(problem).toMatchObject({ code: 'bad-bypass', location: { node: 's' } });
    expect(problem?.message).toContain('none of its outputs has the type of an input');
    expect(problems(graph({ nodes: { ...nodes, v: number }, edges: edges.slice(0, 1) }))).toEqual(
      [],
    );
  });

  it('is no way round a circle', () => {
    const round = graph({
      nodes: { a: { ...double, ...off }, b: { ...double, ...off } },
      edges: ['a.value -> b.value', 'b.value -> a.value'],
    });
    expect(brief(problems(round))).toEqual([{ code: 'cycle', node: 'a' }]);
  });
});

it('only what is asked for is planned, within graphs too', () => {
  const written = graph({
    nodes: { n: number, a: use('#g'), out: output(), bad: { type: 'unheard-of', version: 1 } },
    edges: ['n.value -> a.in', 'a.result -> out.value'],
    graphs: { g: { ...doubling, nodes: { ...doubling.nodes, side: number } } },
  });
  const only = (name: string): string[] =>
    planGraph(written, testRegistry, { models, file, only: name }).nodes.map(({ id }) => id);
  expect(only('a/side')).toEqual(['a/side']);
  expect(only('a')).toEqual(['n', 'a/d']);
  expect(only('out')).toEqual(['n', 'a/d']);
  expect(() => only('a/sid')).toThrow('Did you mean "a/side"?');
});
