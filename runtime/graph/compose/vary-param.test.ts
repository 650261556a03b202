import { expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import { gradeNode } from '../fixtures/experiment-nodes.ts';
import { experimentDefinitions, testDefinitions } from '../testing.ts';
import { createRegistry } from '../types/registry.ts';
import { unvaryParam, variedParam, varyParam } from './vary-param.ts';

const others = experimentDefinitions.filter(({ type }) => type !== gradeNode.type);
const registry = createRegistry([
  ...testDefinitions,
  ...others,
  { ...gradeNode, metrics: () => ['score', 'another'] },
]);
const graphOf = (experiments: object = {}) =>
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        n: { type: 'number', version: 1 },
        d: { type: 'double', version: 2 },
        grade: { type: 'grade', version: 1 },
        aside: { type: 'grade', version: 1 },
      },
      edges: ['n.value -> d.value', 'd.value -> grade.value', 'n.value -> aside.value'],
      experiments,
    }),
  );
const factor = { node: 'd', param: 'factor' };
const values = [2, 3];

it('makes an experiment by what measures the results, and takes it away again', () => {
  const graph = graphOf();
  const varied = varyParam(graph, factor, { values, registry });
  expect(varied.experiments).toEqual({
    sweep: { vary: { 'd.factor': values }, metrics: ['grade.metrics:score'] },
  });
  expect(variedParam(varied, factor)).toEqual({ experiment: 'sweep', values });
  const more = varyParam(varied, { node: 'n', param: 'value' }, { values: [1], registry });
  expect(Object.keys(more.experiments?.['sweep']?.vary ?? {})).toEqual(['d.factor', 'n.value']);
  const less = unvaryParam(more, factor, 'sweep');
  expect(variedParam(less, factor)).toBeUndefined();
  expect(less.experiments?.['sweep']?.vary).toEqual({ 'n.value': [1] });
  const none = unvaryParam(less, { node: 'n', param: 'value' }, 'sweep');
  expect(serializeGraph(none)).toBe(serializeGraph(graph));
});

it('goes to the experiment that varies it, else to the preferred grid, else to another name', () => {
  const vary = { 'n.value': [1, 2] };
  const experiments = {
    a: { vary },
    b: { vary, doc: 'Why?' },
    arms: { arms: {} },
    list: { vary, mode: 'list' },
  };
  const names = (graph: ReturnType<typeof graphOf>): string[] =>
    Object.entries(graph.experiments ?? {}).flatMap(([name, one]) =>
      one.vary?.['d.factor'] === undefined ? [] : name,
    );
  const graph = graphOf(experiments);
  expect(names(varyParam(graph, factor, { values, registry }))).toEqual(['a']);
  const inB = varyParam(graph, factor, { values, registry, preferred: 'b' });
  expect(names(inB)).toEqual(['b']);
  expect(names(varyParam(inB, factor, { values: [9], registry, preferred: 'a' }))).toEqual(['b']);
  expect(names(varyParam(graph, factor, { values, registry, preferred: 'list' }))).toEqual(['a']);
  const armed = graphOf({ sweep: { arms: {} } });
  expect(names(varyParam(armed, factor, { values, registry }))).toEqual(['sweep-2']);
  // What somebody wrote stays, but for the values.
  expect(
    unvaryParam(unvaryParam(inB, factor, 'b'), { node: 'n', param: 'value' }, 'b'),
  ).toMatchObject({
    experiments: { b: { doc: 'Why?' } },
  });
});
