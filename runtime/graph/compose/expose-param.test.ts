import { expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import { planGraph } from '../plan/plan-graph.ts';
import { testDefinitions, testModels as models } from '../testing.ts';
import { createRegistry } from '../types/registry.ts';
import { canExpose, exposedAs, exposeParam, unexposeParam } from './expose-param.ts';

const registry = createRegistry(testDefinitions);
const node = (type: string, version: number, params: object = {}) => ({ type, version, params });
const twice = {
  nodes: {
    in: node('input', 1),
    d: node('double', 2, { factor: 3 }),
    'round-2': node('double', 2),
    result: node('output', 1),
  },
  edges: ['in.value -> d.value', 'd.value -> round-2.value', 'round-2.value -> result.value'],
};
/** `a` and `b` use `twice`, `b` from within `outer`. */
const graphOf = (set: { readonly a?: object; readonly b?: object }) =>
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        n: node('number', 1, { value: 1 }),
        a: node('graph', 1, { use: '#twice', ...set.a }),
        o: node('graph', 1, { use: '#outer' }),
      },
      edges: ['n.value -> a.in', 'n.value -> o.in'],
      graphs: {
        twice,
        outer: {
          nodes: {
            in: node('input', 1),
            b: node('graph', 1, { use: '#twice', ...set.b }),
            result: node('output', 1),
          },
          edges: ['in.value -> b.in', 'b.result -> result.value'],
        },
      },
    }),
  );
const factorsOf = (graph: ReturnType<typeof graphOf>): Record<string, unknown> =>
  Object.fromEntries(
    planGraph(graph, registry, { models }).nodes.flatMap(({ id, params }) =>
      'factor' in params ? [[id, params['factor']]] : [],
    ),
  );
const factor = { at: 'twice', node: 'd', param: 'factor' };

it('gives a parameter under its name, else with the node before it, once', () => {
  const one = exposeParam(graphOf({}), factor);
  expect(one.graphs?.['twice']?.expose).toEqual({ factor: { node: 'd', param: 'factor' } });
  expect(exposeParam(one, factor)).toBe(one);
  const two = exposeParam(one, { ...factor, node: 'round-2' });
  expect(Object.keys(two.graphs?.['twice']?.expose ?? {})).toEqual(['factor', 'round-2-factor']);
  expect(exposedAs(two.graphs?.['twice'] ?? twiceBody, factor)).toBe('factor');
  expect(parseGraph(serializeGraph(two))).toEqual(two);
  // A loop would set one of that name to the number of the round.
  const rounds = exposeParam(graphOf({}), { at: 'twice', node: 'd', param: 'set.round' });
  expect(Object.keys(rounds.graphs?.['twice']?.expose ?? {})).toEqual(['d-round']);
  expect(() => exposeParam(one, { ...factor, node: 'x' })).toThrow('no node "x"');
});
const twiceBody = { nodes: {}, edges: [], layout: {} };

it('passes one of a graph that is used on, and takes it back from all around it', () => {
  const plain = graphOf({});
  const inner = exposeParam(plain, factor);
  const outer = exposeParam(inner, { at: 'outer', node: 'b', param: 'set.factor' });
  expect(outer.graphs?.['outer']?.expose).toEqual({ factor: { node: 'b', param: 'set.factor' } });
  const set = {
    ...outer,
    nodes: {
      ...outer.nodes,
      o: { ...outer.nodes['o'], params: { use: '#outer', 'set.factor': 5 } },
    },
  } as typeof outer;
  expect(factorsOf(set)).toMatchObject({ 'a/d': 3, 'o/b/d': 5 });
  const none = unexposeParam(set, { at: 'twice', name: 'factor' });
  expect(serializeGraph(none)).toBe(serializeGraph(plain));
});

it('leaves the node what all of its uses gave it, and its own where they differ', () => {
  const same = { 'set.factor': 7 };
  const expose = (set: Parameters<typeof graphOf>[0]) => exposeParam(graphOf(set), factor);
  const given = unexposeParam(expose({ a: same, b: same }), { at: 'twice', name: 'factor' });
  expect(factorsOf(given)).toMatchObject({ 'a/d': 7, 'o/b/d': 7 });
  const differing = unexposeParam(expose({ a: same }), { at: 'twice', name: 'factor' });
  expect(factorsOf(differing)).toMatchObject({ 'a/d': 3, 'o/b/d': 3 });
  expect(() => unexposeParam(differing, { at: 'twice', name: 'factor' })).toThrow('exposes no');
});

it('is offered for no parameter that says what a graph is', () => {
  const offered = (type: string, param: string): boolean => {
    const definition = registry.get(type);
    return definition !== undefined && canExpose(definition, param);
  };
  expect(offered('double', 'factor')).toBe(true);
  expect(offered('repeat', 'limit')).toBe(true);
  for (const [type, param] of [
    ...(['use', 'while', 'collect'] as const).map((param) => ['repeat', param] as const),
    ['input', 'doc'],
    ['double', 'gone'],
  ] as const) {
    expect(offered(type, param)).toBe(false);
  }
});
