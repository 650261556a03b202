import { emptyGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { expect, it } from 'vitest';
import { comparedMeanings } from './compared-meanings.ts';

it('explains each metric by the node that gives it, also within a graph that is used', () => {
  const node = (type: string, params = {}) => ({ type, version: 1, params });
  const graph: Graph = {
    ...emptyGraph,
    nodes: {
      grade: node('grade-hits'),
      score: node('score-hits'),
      use: node('graph', { use: '#inner' }),
    },
    graphs: { inner: { nodes: { rate: node('evaluate') }, edges: [], layout: {} } },
    experiments: {
      e: {
        metrics: [
          'grade.metrics:recall',
          'score.metrics:recall@3',
          'use/rate.metrics:accuracy',
          'x',
        ],
      },
    },
  };
  const meanings = comparedMeanings(graph, 'e', registry);
  expect(meanings['recall']).toContain('that are kept');
  expect(meanings['recall of grade.metrics']).toBe(meanings['recall']);
  expect(meanings['recall@3']).toContain('among the first k hits');
  expect(meanings['accuracy']).toContain('every word and number of a reference');
  expect(comparedMeanings(graph, 'none', registry)).toEqual({});
});
