import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseGraph } from '../format/parse-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import type { Graph } from '../format/graph.ts';
import { planGraph } from '../plan/plan-graph.ts';
import { Answers, Model, Questions } from '../rows/port-types.ts';
import { gatherNode } from '../testing.ts';
import { defineNode } from '../types/node-type.ts';
import { createRegistry } from '../types/registry.ts';
import { makeLoop, proposeLoop } from './make-loop.ts';

const cpu = { version: 1, implementation: 1, caching: 'pure', migrations: [] } as const;
const rest = {
  group: 'retrieval',
  doc: 'd',
  device: { needs: 'cpu', affectsResult: false },
} as const;
const make = <const Type extends string>(type: Type, ports: object, params: z.ZodRawShape = {}) =>
  defineNode({
    ...{ ...cpu, ...rest, type, title: type, inputs: {}, outputs: {}, summary: () => [] },
    ...ports,
    params: z.strictObject(params),
  });
const port = (type: typeof Questions | typeof Answers | typeof Model) => ({ type, doc: 'd' });
const registry = createRegistry([
  make('ask', { outputs: { questions: port(Questions) } }),
  make('model', { outputs: { model: port(Model) } }),
  make(
    'answer',
    {
      inputs: { questions: port(Questions), model: port(Model) },
      outputs: { answers: port(Answers) },
    },
    { seed: z.int().default(0) },
  ),
  make('part', {
    inputs: { answers: port(Answers) },
    outputs: { right: port(Answers), questions: port(Questions) },
  }),
  gatherNode,
  make('score', { inputs: { answers: port(Answers) }, outputs: {} }),
]);
const context = { registry };

const node = (type: string) => ({ type, version: 1, params: {} });
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      ...{ ask: node('ask'), model: node('model'), answer: node('answer'), part: node('part') },
      score: node('score'),
    },
    edges: [
      'ask.questions -> answer.questions',
      'model.model -> answer.model',
      'answer.answers -> part.answers',
      'answer.answers -> score.answers',
    ],
  }),
);
const nodes = ['answer', 'part'];
/** Throws where the graph has a problem. */
const plannedLoop = (made: Graph, types = registry) =>
  planGraph(made, types, { models: () => undefined }).nodes.find(({ loop }) => loop !== undefined)
    ?.loop;

describe('a selection that is repeated', () => {
  it('offers what it gives in the type of what it takes, its rows and its seeds', () => {
    const { states, rows, seeds } = proposeLoop(graph, { nodes }, context);
    expect(states).toEqual([
      {
        ...{ input: 'questions', output: 'questions', type: Questions },
        first: { node: 'ask', port: 'questions' },
        next: { node: 'part', port: 'questions' },
      },
    ]);
    expect(rows.map(({ output }) => output).sort()).toEqual(['answers', 'questions', 'right']);
    expect(seeds).toEqual([{ node: 'answer', param: 'seed' }]);
  });

  it('becomes a loop that plans: state, end, collected rows and the number of the round', () => {
    const made = makeLoop(
      graph,
      {
        nodes,
        choice: {
          ...{ name: 'try', states: [{ input: 'questions', output: 'questions' }] },
          ...{ while: 'questions', limit: 3, collect: ['answers'] },
          round: { node: 'answer', param: 'seed' },
        },
      },
      context,
    );
    expect(made.graph.nodes[made.node]).toEqual({
      ...{ type: 'repeat', version: 1 },
      params: { use: '#try', while: 'questions', limit: 3, collect: ['answers'] },
    });
    expect(made.graph.graphs?.['try']?.expose).toEqual({
      round: { node: 'answer', param: 'seed' },
    });
    expect(plannedLoop(made.graph)).toMatchObject({ while: 'questions', state: ['questions'] });
    expect(serializeGraph(parseGraph(serializeGraph(made.graph)))).toBe(serializeGraph(made.graph));
  });

  it('has its outputs named by the inputs that they feed, and no other output by an input', () => {
    const swapped = parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: { a: node('ask'), b: node('ask'), x: node('pair'), y: node('pair') },
        edges: [
          'a.questions -> x.left',
          'b.questions -> x.right',
          'x.left -> y.left',
          'x.right -> y.right',
        ],
      }),
    );
    const pair = make('pair', {
      inputs: { left: port(Questions), right: port(Questions) },
      outputs: { left: port(Questions), right: port(Questions) },
    });
    const both = {
      registry: createRegistry(
        [...registry.values(), pair].filter(({ structure }) => structure === undefined),
      ),
    };
    const crossed = makeLoop(
      swapped,
      {
        nodes: ['x'],
        choice: {
          ...{ name: 'cross', limit: 2, collect: [] },
          states: [
            { input: 'left', output: 'right' },
            { input: 'right', output: 'left' },
          ],
        },
      },
      both,
    );
    expect(
      crossed.graph.edges.map(({ sourcePort, targetPort }) => [sourcePort, targetPort]),
    ).toEqual(
      expect.arrayContaining([
        ['right', 'left'],
        ['left', 'right'],
      ]),
    );
    expect(crossed.graph.graphs?.['cross']?.edges).toContainEqual(
      expect.objectContaining({ source: 'x', sourcePort: 'right', target: 'right-2' }),
    );
    const outputs = crossed.graph.graphs?.['cross']?.nodes;
    expect(outputs?.['left-2']?.params).toEqual({ name: 'right' });
    expect(outputs?.['right-2']?.params).toEqual({ name: 'left' });
    const single = makeLoop(
      swapped,
      {
        nodes: ['x'],
        choice: {
          name: 'single',
          limit: 2,
          collect: ['right'],
          states: [{ input: 'left', output: 'left' }],
        },
      },
      both,
    );
    expect(single.graph.nodes[single.node]?.params['collect']).toEqual(['right-out']);
    expect(plannedLoop(single.graph, both.registry)?.state).toEqual(['left']);
  });

  it('without an output of the type of an input has nothing that goes round', () => {
    expect(proposeLoop(graph, { nodes: ['answer'] }, context).states).toEqual([]);
    expect(() => proposeLoop(graph, { nodes: [] }, context)).toThrow('Select the nodes');
  });
});
