import { duplicateNodes, parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it, vi } from 'vitest';
import { byNode, problemText } from './problems.ts';
import { useChecks } from './checks.ts';
import { useDocument } from './stores.ts';
import { provideNodeTypes } from './registry.ts';

vi.mock('../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

const use = { type: 'graph', version: 1, params: { use: '#cut' } };
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: { first: use },
    graphs: { cut: { nodes: { chunk: { type: 'chunk', version: 1, params: { size: -4 } } } } },
  }),
);

const showing = async (): Promise<string[]> => {
  await useChecks.getState().check(useDocument.getState().graph);
  return [...byNode(useChecks.getState().problems).keys()];
};

beforeAll(async () => {
  provideNodeTypes(registry);
  useDocument.getState().open({ path: 'a.graft.json', base: '', baseText: '', baseGraph: graph });
});

it('a problem within a graph shows at a use of it that came later', async () => {
  expect(await showing()).toEqual(['first']);
  useDocument.getState().edit((shown) => duplicateNodes(shown, ['first']).graph);
  expect(await showing()).toEqual(['first', 'first-2']);
});

it('a message says where it is by titles, and by what is written where there are none', () => {
  const text = (location: object): string => problemText({ message: 'No.', location });
  expect(text({ graph: 'cut', node: 'chunk', param: 'size' })).toBe('cut › Chunk, size: No.');
  expect(text({ node: 'first', port: 'rows' })).toBe('cut (first), rows: No.');
  expect(text({ node: 'gone', file: 'a.graft.json' })).toBe('gone: No.');
  expect(text({ param: 'size', file: 'a.graft.json' })).toBe('size: No.');
  expect(text({ file: 'a.graft.json' })).toBe('No.');
});

it('what was found is forgotten with the graph, also what is still on its way', async () => {
  const late = useChecks.getState().check(useDocument.getState().graph);
  useChecks.getState().clear();
  await late;
  expect(useChecks.getState().problems).toEqual([]);
});
