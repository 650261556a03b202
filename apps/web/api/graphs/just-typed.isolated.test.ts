import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { expect, it, vi } from 'vitest';
import { HeldText, conflictStore, documentStore, provideNodeTypes, placeShown } from '@graft/view';
import { openFile } from './open-file.ts';
import { fileChangedOutside } from './save-file.ts';
import { stubBrowser } from '../testing/stub-browser.ts';

const path = 'a.graft.json';
const served = vi.hoisted(() => ({ text: '' }));
vi.mock('../client.ts', () => ({
  api: {
    graphs: {
      read: { query: () => Promise.resolve({ path, revision: served.text, text: served.text }) },
    },
    runs: { list: { query: () => Promise.resolve([]) } },
  },
  queries: { graphs: { list: { queryKey: () => [] } } },
  queryClient: { invalidateQueries: () => Promise.resolve() },
}));

const sized = (size: number): Graph => ({
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: { size } } },
});

it('is unsaved work, when the file changes before it is taken over', async () => {
  const leave = stubBrowser();
  provideNodeTypes(new Map());
  served.text = serializeGraph(sized(1));
  await openFile(path);
  new HeldText(placeShown).hold(() => documentStore.getState().edit(() => sized(3)));
  served.text = serializeGraph(sized(2));
  await fileChangedOutside(path);
  expect(documentStore.getState().graph.nodes['chunk']?.params['size']).toBe(3);
  expect(conflictStore.getState().conflict?.found).toBe('disk');
  leave();
});
