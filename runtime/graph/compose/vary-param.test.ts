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
  const { graph: varied, experiment } = varyParam(graph, factor, { values, registry });
  expect(experiment).toBe('values');
  expect(varied.experiments).toEqual({
    values: { vary: { 'd.factor': values }, metrics: ['grade.metrics:score'] },
  });
  expect(variedParam(varied, factor)).toEqual({ experiment: 'values', values, isTyped: true });
  const of = { node: 'n', param: 'value' };
  const { graph: more } = varyParam(varied, of, { values: [1], registry });
  expect(Object.keys(more.experiments?.['values']?.vary ?? {})).toEqual(['d.factor', 'n.value']);
  const less = unvaryParam(more, factor, 'values');
  expect(variedParam(less, factor)).toBeUndefined();
  expect(less.experiments?.['values']?.vary).toEqual({ 'n.value': [1] });
  const none = unvaryParam(less, of, 'values');
  expect(serializeGraph(none)).toBe(serializeGraph(graph));
});

it('leaves every experiment as it is that somebody wrote, or that tries other values', () => {
  const experiments = {
    written: { vary: { 'd.factor': [5, 6] }, doc: 'Why?' },
    arms: { arms: {} },
  };
  const graph = graphOf(experiments);
  const made = varyParam(graph, factor, { values, registry, preferred: 'written' });
  expect(made.experiment).toBe('values');
  expect(made.graph.experiments).toEqual({
    ...graph.experiments,
    values: { vary: { 'd.factor': values }, metrics: ['grade.metrics:score'] },
  });
  const of = { node: 'n', param: 'value' };
  const { graph: grid } = varyParam(made.graph, of, { values: [1, 2], registry });
  const again = varyParam(grid, factor, { values: [9, 10], registry, preferred: 'values' });
  expect(again.experiment).toBe('values-2');
  expect(again.graph.experiments).toEqual({
    ...grid.experiments,
    // The rest of the grid comes along.
    'values-2': {
      ...grid.experiments?.['values'],
      vary: { 'd.factor': [9, 10], 'n.value': [1, 2] },
    },
  });
  // Those of an experiment that is being put together are others by then.
  const choice = { values: [7, 8], registry, replace: 'values-2' };
  const { graph: ticked } = varyParam(again.graph, factor, choice);
  expect(ticked.experiments).toMatchObject({
    values: { vary: { 'd.factor': values } },
    'values-2': { vary: { 'd.factor': [7, 8] } },
  });
});

it('gives the experiment that tries the values already, and changes nothing', () => {
  const graph = graphOf({ written: { vary: { 'd.factor': values }, doc: 'Why?' } });
  const found = varyParam(graph, factor, { values, registry });
  expect(found).toEqual({ graph, experiment: 'written' });
  expect(variedParam(graph, factor)).toEqual({ experiment: 'written', values, isTyped: false });
});

it('shows a parameter as varied in the experiment that is preferred, else in one of typed values', () => {
  const experiments = {
    written: { vary: { 'd.factor': [5, 6] }, doc: 'Why?' },
    values: { vary: { 'd.factor': values } },
  };
  const graph = graphOf(experiments);
  expect(variedParam(graph, factor)?.experiment).toBe('values');
  expect(variedParam(graph, factor, 'written')?.experiment).toBe('written');
  // What somebody wrote stays, but for the values.
  expect(unvaryParam(graph, factor, 'written')).toMatchObject({
    experiments: { written: { doc: 'Why?' } },
  });
});
