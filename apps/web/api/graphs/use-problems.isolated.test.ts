import { duplicateNodes, parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it, vi } from 'vitest';
import { checkGraph, clearChecks } from './check-graph.ts';
import { byNode, problemText, checks, documentStore, provideNodeTypes } from '@graft/view';

vi.mock('../client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

const use = { type: 'graph', version: 1, params: { use: '#cut' } };
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: { first: use },
    graphs: { cut: { nodes: { chunk: { type: 'chunk', version: 1, params: { size: -4 } } } } },
  }),
);

const showing = async (): Promise<string[]> => {
  await checkGraph(documentStore.getState().graph);
  return [...byNode(checks.getState().problems).keys()];
};

beforeAll(async () => {
  provideNodeTypes(registry);
  documentStore.getState().open({ path: 'a.graft.json', base: '', baseText: '', baseGraph: graph });
});

it('a problem within a graph shows at a use of it that came later', async () => {
  expect(await showing()).toEqual(['first']);
  documentStore.getState().edit((shown) => duplicateNodes(shown, ['first']).graph);
  expect(await showing()).toEqual(['first', 'first-2']);
});

it('a message says where it is by titles, and by what is written where there are none', () => {
  const text = (location: object): string => problemText({ message: 'No.', location });
  expect(text({ graph: 'cut', node: 'chunk', param: 'size' })).toBe('cut › Chunk, size: No.');
  expect(text({ node: 'first', port: 'rows' })).toBe('cut 1, rows: No.');
  expect(text({ node: 'gone', file: 'a.graft.json' })).toBe('gone: No.');
  expect(text({ param: 'size', file: 'a.graft.json' })).toBe('size: No.');
  expect(text({ file: 'a.graft.json' })).toBe('No.');
});

it('what was found is forgotten with the graph, also what is still on its way', async () => {
  const late = checkGraph(documentStore.getState().graph);
  clearChecks();
  await late;
  expect(checks.getState().problems).toEqual([]);
});
