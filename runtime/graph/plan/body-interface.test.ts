import { expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { testRegistry as registry } from '../testing.ts';
import type { NodeType } from '../types/node-type.ts';
import { bodyInterface, typeIn } from './body-interface.ts';
import { GraphLibrary } from './graph-library.ts';
import { resolveGraph } from './resolve-graph.ts';

it('gives parameters of one node as its form has them, and others by name', () => {
  const double = { type: 'double', version: 2, params: {} };
  const graph = {
    graft: 1,
    nodes: { a: double, b: double, gone: { type: 'double-of-before', version: 1, params: {} } },
    expose: {
      apart: 'a.threads',
      most: 'b.factor',
      times: 'a.factor',
      zones: 'gone.zones',
    },
  };
  const body = parseGraph(JSON.stringify(graph), 'a.graft.json');
  const { params } = bodyInterface(body, { registry, graphs: () => undefined });
  expect([...params.keys()]).toEqual(['times', 'apart', 'most']);
});

const exposing = (names: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: names }, (_, at) => [`name-${String(at)}`, 'a.factor']));
const double = { type: 'double', version: 2, params: {} };

it('looks each node up once, however many names it is exposed under', () => {
  const text = JSON.stringify({ graft: 1, nodes: { a: double }, expose: exposing(1000) });
  const body = parseGraph(text, 'a.graft.json');
  let asked = 0;
  class CountingRegistry extends Map<string, NodeType> {
    override get(type: string): NodeType | undefined {
      asked += 1;
      return super.get(type);
    }
  }
  const context = { registry: new CountingRegistry(registry), graphs: () => undefined };
  expect(bodyInterface(body, context).params.size).toBe(1000);
  expect(asked).toBeLessThan(5);
});

it('a graph exposes 1,000 names at most', () => {
  const text = JSON.stringify({ graft: 1, nodes: { a: double }, expose: exposing(16_000) });
  expect(() => parseGraph(text, 'a.graft.json')).toThrow(
    'The graph exposes 16000 parameters, but may expose at most 1000.',
  );
});

const using = (uses: number, names: number, params: object = {}) => {
  const use = { type: 'graph', version: 1, params: { use: '#s', ...params } };
  const nodes = Array.from({ length: uses }, (_, at) => [`u${String(at)}`, use]);
  const s = { nodes: { a: double }, edges: [], expose: exposing(names) };
  const text = JSON.stringify({ graft: 1, nodes: Object.fromEntries(nodes), graphs: { s } });
  return parseGraph(text, 'a.graft.json');
};

it('counts what a graph exposes once for each use, and drafts no use beyond the limit', () => {
  const refused = (uses: number, code: string) =>
    resolveGraph(using(uses, 1000, { 'set.name-0': 'not a number' }), {
      ...{ registry, models: () => undefined },
    }).problems.filter((problem) => problem.code === code);
  expect(refused(200, 'too-large')).toEqual([]);
  expect(refused(2000, 'too-large')).toEqual([
    expect.objectContaining({
      message: expect.stringContaining('more than 200000 exposed parameters'),
      location: expect.objectContaining({ param: 'use' }),
    }),
  ]);
  expect(refused(2000, 'bad-param')).toHaveLength(200);
});

it('counts the exposed parameters of nested uses without drafting them all', () => {
  const use = (graph: string) => ({ type: 'graph', version: 1, params: { use: graph } });
  const uses = (graph: string) =>
    Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`u${String(at)}`, use(graph)]));
  const s = { nodes: { a: double }, edges: [], expose: exposing(1000) };
  const graphs = { s, t: { nodes: uses('#s'), edges: [] } };
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes: uses('#t'), graphs }), 'a.graft.json');
  const { problems } = resolveGraph(graph, { registry, models: () => undefined });
  expect(problems).toContainEqual(
    expect.objectContaining({
      code: 'too-large',
      message: expect.stringContaining('225000 exposed parameters'),
    }),
  );
});

it('gives all uses of a graph one form', () => {
  const graph = using(2, 3);
  const library = new GraphLibrary(graph, { registry });
  const graphs = library.lookup(library.root);
  const [one, two] = ['u0', 'u1'].map((id) => typeIn(library.root.body, id, { registry, graphs }));
  expect(Object.keys(one?.params.shape ?? {})).toContain('set.name-2');
  expect(one?.params).toBe(two?.params);
});
