import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GraphError } from '../base/errors.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { experimentDefinitions, testDefinitions, testModels } from '../testing.ts';
import { defineNode } from '../types/node-type.ts';
import { Questions } from '../rows/port-types.ts';
import { createRegistry } from '../types/registry.ts';
import { planGraph } from './plan-graph.ts';

/** With the parameters of the node type of that name. */
const sampling = defineNode({
  ...{ type: 'sample-rows', version: 1, implementation: 1, title: 'Sample', doc: 'Samples.' },
  ...{ group: 'evaluation', caching: 'pure', migrations: [], summary: () => [] },
  inputs: { rows: { type: Questions, doc: 'Rows.' } },
  outputs: { rows: { type: Questions, doc: 'Rows.' } },
  params: z.strictObject({
    type: z.string().default('questions').meta({ title: 'Type' }),
    share: z.number().default(1).meta({ title: 'Share' }),
    least: z.int().default(0).meta({ title: 'At least' }),
  }),
  device: { needs: 'cpu', affectsResult: false },
});
const definitions = [...testDefinitions, ...experimentDefinitions];
const registry = createRegistry([...definitions, sampling]);

const nodes = {
  lines: { type: 'lines', version: 1, params: { text: '1\n2' } },
  upper: { type: 'upper', version: 1 },
  noise: { type: 'noise', version: 1 },
  grade: { type: 'grade', version: 1 },
};
const edges = [
  'lines.rows -> upper.rows',
  'upper.rows -> noise.value',
  'noise.value -> grade.value',
];

function planned(more: object = {}, moreEdges: readonly string[] = [], known = registry) {
  const text = JSON.stringify({
    graft: 1,
    nodes: { ...nodes, ...more },
    edges: [...edges, ...moreEdges],
  });
  const part = { of: [{ node: 'grade', port: 'metrics' }], share: 0.5 };
  return planGraph(parseGraph(text), known, { models: testModels, file: 'a.graft.json', part });
}
function problem(make: () => unknown) {
  try {
    make();
  } catch (error) {
    return GraphError.from(error).toProblem();
  }
  return undefined;
}
const feedsOf = (plan: ReturnType<typeof planned>) =>
  plan.nodes.flatMap(({ id, inputs }) =>
    Object.entries(inputs).flatMap(([port, feeds]) =>
      feeds.map((feed) => `${feed.node}.${feed.port} -> ${id}.${port}`),
    ),
  );

/** A loop over lines that grades what is left in each round, and what the sample of its grades is led to. */
function looped(body: { readonly nodes?: object; readonly edges?: readonly string[] } = {}) {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  const round = {
    nodes: {
      in: node('input', { name: 'open' }),
      noise: node('noise'),
      grade: node('grade'),
      open: node('output', { name: 'open' }),
      scores: node('output', { name: 'scores' }),
      ...body.nodes,
    },
    edges: [
      ...['in.value -> noise.value', 'noise.value -> open.value'],
      ...(body.edges ?? ['noise.value -> grade.value', 'grade.metrics -> scores.value']),
    ],
  };
  const graph = {
    graft: 1,
    nodes: {
      ...{ lines: nodes.lines, upper: nodes.upper },
      loop: node('repeat', { use: '#round', while: 'open', collect: ['scores'], limit: 3 }),
    },
    edges: ['lines.rows -> upper.rows', 'upper.rows -> loop.open'],
    graphs: { round },
  };
  const part = { of: [{ node: 'loop', port: 'scores' }], share: 0.5 };
  return planGraph(parseGraph(JSON.stringify(graph)), registry, {
    ...{ models: testModels, file: 'a.graft.json', part },
  });
}

describe('a plan of a part of the items', () => {
  it('samples them where they come from, whatever maps over them on the way', () => {
    const plan = planned();
    expect(plan.nodes.map(({ id }) => id)).toEqual([
      ...['lines', 'lines.rows~part', 'upper', 'noise', 'grade'],
    ]);
    expect(feedsOf(plan)).toEqual([
      'lines.rows -> lines.rows~part.rows',
      'lines.rows~part.rows -> upper.rows',
      ...edges.slice(1),
    ]);
    expect(plan.nodes[1]?.params).toEqual({ type: 'questions', share: 0.5, least: 10 });
  });

  it('leaves whole what anything else takes', () => {
    // Twice the number is of all rows, and so is what feeds it.
    const sum = { sum: { type: 'add', version: 1 } };
    const plan = planned(sum, ['upper.rows -> sum.terms', 'noise.value -> sum.terms']);
    expect(feedsOf(plan)).toEqual([
      ...['lines.rows -> upper.rows', 'upper.rows -> noise.value'],
      'noise.value -> noise.value~part.rows',
      ...['noise.value~part.rows -> grade.value'],
      ...['noise.value -> sum.terms', 'upper.rows -> sum.terms'],
    ]);
  });

  it('cuts below a node that does not say which rows its rows are of', () => {
    const plan = planned({ noise: { type: 'double', version: 2 } });
    expect(feedsOf(plan)).toContain('noise.value -> noise.value~part.rows');
  });

  it('samples what a loop is given, where the rows that it gives are of it round by round', () => {
    const plan = looped();
    expect(plan.nodes.map(({ id }) => id)).toEqual(['lines', 'lines.rows~part', 'upper', 'loop']);
    expect(feedsOf(plan)).toContain('upper.rows -> loop.open');
    expect(plan.nodes.at(-1)?.loop?.state).toEqual(['open']);
  });

  it('refuses a loop whose items are made within it, or that needs all of them, with what to do', () => {
    const within = { read: { type: 'lines', version: 1, params: { text: '1' } } };
    expect(
      problem(() =>
        looped({
          nodes: within,
          edges: ['read.rows -> grade.value', 'grade.metrics -> scores.value'],
        }),
      ),
    ).toMatchObject({
      ...{ code: 'bad-input', location: { file: 'a.graft.json', node: 'loop' } },
      message:
        '“Repeat” cannot run on a part of its rows: the rows of its output "scores" depend on “Repeat/Lines” inside the loop. Run that node before the loop, and connect it to an input.',
    });
    const sum = { sum: { type: 'add', version: 1 }, total: { type: 'output', version: 1 } };
    const edges = ['noise.value -> grade.value', 'grade.metrics -> scores.value'];
    const summed = ['in.value -> sum.terms', 'sum.sum -> total.value'];
    expect(problem(() => looped({ nodes: sum, edges: [...edges, ...summed] }))?.message).toContain(
      '“Repeat/Add” needs all rows of "open" in each round. Connect that node to a separate input.',
    );
  });

  it('refuses, at its place, what has no items to cut', () => {
    const text = JSON.stringify({ graft: 1, nodes: { n: { type: 'number', version: 1 } } });
    const graph = parseGraph(text);
    const part = { of: [{ node: 'n', port: 'value' }], share: 0.5 };
    const whole = problem(() =>
      planGraph(graph, registry, { models: testModels, file: 'a.graft.json', part }),
    );
    expect(whole).toMatchObject({
      ...{ code: 'bad-input', location: { file: 'a.graft.json', node: 'n' } },
      message: expect.stringContaining('"number" does not score rows one by one'),
    });
    expect(problem(() => planned({}, [], createRegistry(definitions)))?.message).toContain(
      'the node type "sample-rows" is not installed',
    );
  });
});
