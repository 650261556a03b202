import { emptyGraph, paramFields, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { expect, it } from 'vitest';
import { countingFields } from './counting-fields.ts';

const definition = registry.get('grade-hits');
if (definition === undefined) throw new Error('There is no grade-hits.');
const fields = paramFields(definition);
const graphOf = (by: string, rest: Partial<Graph> = {}): Graph => ({
  ...emptyGraph,
  nodes: { grade: { type: 'grade-hits', version: 1, params: { by } } },
  ...rest,
});
const asked = ['prompt', 'context', 'parallel'];
/** Those of the fields shown that are only for a model. */
function shown(graph: Graph, trail: { node: string; body: string }[] = []): string[] {
  return countingFields({ definition: definition ?? {}, fields, node: 'grade', graph, trail })
    .map(({ name }) => name)
    .filter((name) => asked.includes(name));
}

it('leaves out what does not count for the value that is set, or by default', () => {
  expect(shown(graphOf('model'))).toEqual(asked);
  expect(shown(graphOf('words'))).toEqual([]);
  const unset = { grade: { type: 'grade-hits', version: 1, params: {} } };
  expect(shown(graphOf('words', { nodes: unset }))).toEqual([]);
  const rest = countingFields({
    ...{ definition, fields, node: 'grade', graph: graphOf('words'), trail: [] },
  });
  expect(rest.map(({ name }) => name)).toEqual(['by', 'threshold', 'least']);
});

it('shows what counts for a value that an experiment tries, and what one sets', () => {
  const varied = { ways: { vary: { 'grade.by': ['words', 'model'] } } };
  expect(shown(graphOf('words', { experiments: varied }))).toEqual(asked);
  const arms = { ways: { arms: { model: { set: { 'grade.by': 'model' } } } } };
  expect(shown(graphOf('words', { experiments: arms }))).toEqual(asked);
  const only = {
    ways: { arms: { wide: { set: { 'grade.context': 4096, 'other.by': 'model' } } } },
  };
  expect(shown(graphOf('words', { experiments: only }))).toEqual(['context']);
});

it('shows what counts for any value where whoever uses the graph may set it, and what is exposed', () => {
  expect(shown(graphOf('words', { expose: { by: { node: 'grade', param: 'by' } } }))).toEqual(
    asked,
  );
  const only = { long: { node: 'grade', param: 'context' } };
  expect(shown(graphOf('words', { expose: only }))).toEqual(['context']);
  const { nodes } = graphOf('words');
  const inner = { nodes, edges: [], layout: {}, expose: only };
  const graph: Graph = {
    ...emptyGraph,
    nodes: { use: { type: 'graph', version: 1, params: { use: '#judging' } } },
    graphs: { judging: inner },
    experiments: { e: { vary: { 'grade.by': ['model'] } } },
  };
  expect(shown(graph, [{ node: 'use', body: 'judging' }])).toEqual(['context']);
});
