import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphError } from '../base/errors.ts';
import { nestedGraph } from '../fixtures/nested-graph.ts';
import { meaningDigest } from '../format/graph-meaning.ts';
import type { Graph } from '../format/graph.ts';
import type { Plan } from '../format/plan.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import { planGraph } from '../plan/plan-graph.ts';
import { testModels as models, testRegistry as registry } from '../testing.ts';
import { extractSubgraph } from './extract-subgraph.ts';
import { graphReferences, keepReference, takeReference } from './graph-references.ts';

type Files = Readonly<Record<string, Graph>>;
const contextOf = (files: Files) => ({ graphs: (path: string) => files[path], file: 'own' });
const plan = (graph: Graph, files: Files = {}): Plan =>
  planGraph(graph, registry, { models, ...contextOf(files) });
/** What a plan computes: paths through a reference are those through its copy. */
const computed = (graph: Graph, files: Files = {}): string =>
  JSON.stringify(plan(graph, files).nodes.map(({ id, params, inputs }) => [id, params, inputs]));

const graphOf = (value: object): Graph => parseGraph(JSON.stringify({ graft: 1, ...value }));
const use = (path: string, params: object = {}) => ({
  ...{ type: 'graph', version: 1, params: { use: path, ...params } },
});
/** Multiplies what comes in. */
const scaled = (factor: number, more: object = {}): Graph =>
  graphOf({
    nodes: {
      in: { type: 'input', version: 1, params: { name: 'number' } },
      by: { type: 'double', version: 2, params: { factor } },
      out: { type: 'output', version: 1, params: { name: 'scaled' } },
    },
    edges: ['in.value -> by.value', 'by.value -> out.value'],
    layout: { by: [7, 8] },
    ...more,
  });
/** A graph as a subgraph of a file is written. */
function written(graph: Graph): object {
  const { graft: _, ...body } = JSON.parse(serializeGraph(graph));
  return body;
}
/** A file that uses another. */
const wrapped = (path: string): Graph =>
  graphOf({
    nodes: {
      in: { type: 'input', version: 1, params: { name: 'number' } },
      inner: use(path),
      out: { type: 'output', version: 1, params: { name: 'scaled' } },
    },
    edges: ['in.value -> inner.number', 'inner.scaled -> out.value'],
  });
const user = (paths: readonly string[], more: object = {}): Graph =>
  graphOf({
    nodes: {
      n: { type: 'number', version: 1, params: { value: 3 } },
      sum: { type: 'add', version: 1 },
      ...Object.fromEntries(paths.map((path, i) => [`u${i}`, use(path)])),
    },
    edges: paths.flatMap((_, i) => [`n.value -> u${i}.number`, `u${i}.scaled -> sum.terms`]),
    ...more,
  });

describe('the references of a graph', () => {
  it('are the files that it uses and those that these use, with the nodes that lead there', () => {
    const files = { a: wrapped('b'), b: scaled(2), c: scaled(3) };
    const loop = { type: 'repeat', version: 1, params: { use: 'b' } };
    const round = { nodes: { again: loop }, edges: [] };
    const graph = user(['a', '#own', 'b', 'gone', '#round'], {
      graphs: { own: written(wrapped('c')), round, idle: written(wrapped('d')) },
    });
    const found = graphReferences(graph, contextOf(files));
    expect([...found].map(([path, { nodes }]) => [path, nodes])).toEqual([
      ['a', ['u0']],
      ['b', ['u0', 'u2', 'u4/again']],
      ['c', ['u1/inner']],
      ['gone', ['u3']],
    ]);
    expect(found.get('b')?.graph).toBe(files.b);
    expect(found.get('gone')?.graph).toBeUndefined();
  });

  it('are counted in time where every subgraph uses the next ten times', () => {
    const ten = (next: string) =>
      Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`u${i}`, use(next)]));
    const bodies = Array.from({ length: 30 }, (_, i) => [
      `g${i}`,
      { nodes: { ...ten(i === 29 ? 'deep' : `#g${i + 1}`), last: use(`f${i}`) }, edges: [] },
    ]);
    const graph = graphOf({ nodes: ten('#g0'), graphs: Object.fromEntries(bodies) });
    const found = graphReferences(graph, contextOf({}));
    expect([...found.keys()].sort()).toEqual(
      ['deep', ...Array.from({ length: 30 }, (_, i) => `f${i}`)].sort(),
    );
    const circle = { nodes: { u: use('#a'), x: use('file') }, edges: [] };
    const round = graphOf({ nodes: { u: use('#a') }, graphs: { a: circle } });
    expect(graphReferences(round, contextOf({})).get('file')?.nodes).toEqual(['u/x']);
  });

  it('do not hold the graph itself, nor what cannot be read', () => {
    const graph = user(['a', 'broken']);
    const broken = new GraphError('damaged-file', 'no');
    const graphs = (path: string) => (path === 'a' ? wrapped('own') : broken);
    const found = graphReferences(graph, { graphs, file: 'own' });
    expect([...found.keys()]).toEqual(['a', 'broken']);
    expect(found.get('broken')?.graph).toBeUndefined();
  });
});

describe('taking a reference', () => {
  it('locks the graph to it as it is, and to no other', () => {
    const files = { a: scaled(2), b: scaled(3) };
    const lock = { models: { m: '1' }, graphs: { a: 'old', b: 'old' } };
    const { lock: taken } = takeReference(user(['a', 'b'], { lock }), 'a', contextOf(files));
    expect(taken.graphs).toEqual({ a: { digest: meaningDigest(files.a) }, b: { digest: 'old' } });
    expect(taken.models).toEqual({ m: { digest: '1' } });
  });

  it('is refused for what is not used, or not there', () => {
    const take = (path: string) => () => takeReference(user(['a']), path, contextOf({}));
    expect(take('x')).toThrow('does not use the file "x"');
    expect(take('a')).toThrow('no graph file "a"');
  });
});

describe('keeping a reference', () => {
  it('plans as it did before the file changed, whatever uses it', () => {
    const old = scaled(2);
    const graph = user(['lib/a.graft.json', '#own', 'lib/a.graft.json'], {
      graphs: { own: written(wrapped('lib/a.graft.json')), a: written(scaled(9)) },
      lock: { graphs: { 'lib/a.graft.json': meaningDigest(old) } },
    });
    const before = computed(graph, { 'lib/a.graft.json': old });
    const now = { 'lib/a.graft.json': scaled(5) };
    expect(computed(graph, now)).not.toBe(before);
    const kept = keepReference(graph, { path: 'lib/a.graft.json', kept: old }, contextOf(now));
    expect(computed(kept)).toBe(before);
    expect(Object.keys(kept.graphs ?? {}).sort()).toEqual(['a', 'a-2', 'own']);
    expect(kept.graphs?.['a-2']?.layout).toEqual({ by: { x: 7, y: 8 } });
    expect(kept.lock.graphs).toEqual({});
    expect(parseGraph(serializeGraph(kept))).toEqual(kept);
  });

  it('copies the files on the way to it along, with their own subgraphs', () => {
    const way = graphOf({
      ...written(wrapped('#twice')),
      graphs: { twice: written(wrapped('deep')) },
    });
    const files = { way, deep: scaled(2), other: scaled(4) };
    const graph = user(['way', 'other'], { graphs: { twice: written(scaled(8)) } });
    const before = computed(graph, files);
    const now = { ...files, deep: scaled(6) };
    const kept = keepReference(graph, { path: 'deep', kept: files.deep }, contextOf(now));
    expect(computed(kept, { other: files.other })).toBe(before);
    expect([...graphReferences(kept, contextOf(now)).keys()]).toEqual(['other']);
  });

  it('is refused for what the graph does not use', () => {
    expect(() => keepReference(user(['a']), { path: 'b', kept: scaled(1) }, contextOf({}))).toThrow(
      'does not use the file "b"',
    );
  });

  it('of any subgraph that was made a file computes what was there', () => {
    let kept = 0;
    fc.assert(
      fc.property(nestedGraph, fc.nat(), (graph, pick) => {
        const ids = Object.keys(graph.graphs ?? {});
        fc.pre(ids.length > 0);
        let before: string;
        try {
          before = computed(graph);
        } catch {
          return;
        }
        const made = extractSubgraph(graph, ids[pick % ids.length] ?? '', 'file');
        const files = { file: made.file };
        const context = contextOf(files);
        fc.pre(graphReferences(made.graph, context).has('file'));
        const back = keepReference(made.graph, { path: 'file', kept: made.file }, context);
        expect(computed(back)).toBe(before);
        kept++;
      }),
      { numRuns: 120 },
    );
    expect(kept).toBeGreaterThan(20);
  });
});
