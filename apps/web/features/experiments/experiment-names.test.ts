import { emptyGraph, type Graph, type TableRow } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it } from 'vitest';
import { provideNodeTypes } from '@graft/view';
import { metricName, problemInNames, settingName } from './experiment-names.ts';

const node = (type: string, params = {}) => ({ type, version: 1, params });
const graph: Graph = {
  ...emptyGraph,
  nodes: {
    cut: node('chunk'),
    put: { ...node('inject-context'), title: 'Context' },
    rate: node('evaluate'),
    model: node('generate'),
    use: node('graph', { use: '#inner' }),
  },
  graphs: { inner: { nodes: { rate: node('evaluate') }, edges: [], layout: {} } },
};

beforeAll(async () => {
  provideNodeTypes(registry);
});

it('calls a metric by its words and the title of its node', () => {
  expect(metricName('rate.metrics:rougeL', graph)).toBe('ROUGE-L of Evaluate');
  expect(metricName('use/rate.metrics:recall@3', graph)).toBe('Recall@3 of inner/Evaluate');
  expect(metricName('gone.metrics:mrr', graph)).toBe('MRR of gone');
  expect(metricName('nonsense', graph)).toBe('nonsense');
});

it('calls a setting by the titles of its node and of its parameter', () => {
  expect(settingName('put.top', graph)).toBe('Context · top');
  expect(settingName('gone.top', graph)).toBe('gone.top');
});

it('calls outputs and variants in what went wrong as on the screen', () => {
  const reason = (problem: string, named?: TableRow['named']): string | undefined =>
    problemInNames({ problem, ...(named && { named }) }, graph, (name) => `${name}!`);
  const lacks = 'No row of "rate.metrics" has the metric "recall".';
  expect(reason(lacks, [{ text: '"rate.metrics"', node: 'rate' }])).toBe(
    'No row of “Evaluate” has the metric "recall".',
  );
  const gone = 'No row of "gone.metrics" has the metric "recall".';
  expect(reason(gone, [{ text: '"gone.metrics"', node: 'gone' }])).toBe(gone);
  const dropped = 'Dropped at look 1: 0.1 to “$& size=9”, the best so far.';
  expect(reason(dropped, [{ text: '“$& size=9”', variant: '$& size=9' }])).toContain(
    '“$& size=9!”',
  );
  // What only looks like the output of a node is left as it is.
  expect(reason('"rate.json" cannot be read.')).toBe('"rate.json" cannot be read.');
});
