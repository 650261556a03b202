import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it, vi } from 'vitest';
import { findProblems } from './check-graph.ts';
import { provideNodeTypes } from '@graft/view';

const used: Graph = {
  ...emptyGraph,
  nodes: { ask: { type: 'questions', version: 1, params: { questions: 'Why?' } } },
};
vi.mock('../client.ts', () => ({
  api: { graphs: { read: { query: () => Promise.resolve({ text: serializeGraph(used) }) } } },
}));

beforeAll(async () => {
  provideNodeTypes(registry);
});

it('reads the files that a graph uses before it says what is wrong', async () => {
  const graph: Graph = {
    ...emptyGraph,
    nodes: { use: { type: 'graph', version: 1, params: { use: 'used.graft.json' } } },
  };
  expect(await findProblems(graph)).toEqual([]);
});
