import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { undo, documentStore, provideNodeTypes, screenStore } from '@graft/view';
import { restoreRan } from './restore-run.ts';

const path = 'a.graft.json';
const sized = (size: number): Graph => ({
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: { size } } },
  layout: { chunk: { x: 0, y: 0 } },
});
const served = vi.hoisted(() => ({ text: '' }));
vi.mock('../client.ts', () => ({
  api: {
    runs: {
      graph: {
        query: () => Promise.resolve({ file: 'a.graft.json', startedAt: 0, text: served.text }),
      },
    },
  },
  queries: {},
  queryClient: {},
}));

beforeAll(async () => {
  provideNodeTypes(registry);
});
beforeEach(() => {
  served.text = serializeGraph(sized(2));
  screenStore.setState({ notices: [] });
  documentStore.getState().open({ path, base: null, baseText: '', baseGraph: sized(3) });
});
const size = (): unknown => documentStore.getState().shown.nodes['chunk']?.params['size'];
const noticeCount = (): number => screenStore.getState().notices.length;

it.each([
  ['undone', () => undo(), 3],
  ['edited', () => documentStore.getState().editFile(() => sized(4)), 4],
])('no longer says that the graph is as it was once that is %s', async (_, change, then) => {
  await restoreRan('run');
  expect([size(), noticeCount()]).toEqual([2, 1]);
  change();
  expect([size(), noticeCount()]).toEqual([then, 0]);
});
