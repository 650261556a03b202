import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { isUnsaved, documentStore, provideNodeTypes } from '@graft/view';
import { keepDraft } from './drafts.ts';
import { openFile } from './open-file.ts';
import { stubBrowser } from '../testing/stub-browser.ts';

const sized = (size: number): Graph => ({
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: { size } } },
});
const lock: Graph['lock'] = {
  models: {},
  graphs: {},
  files: { 'a.md': { digest: 'd'.repeat(64), size: 3 } },
};
const path = 'a.graft.json';
const there = vi.hoisted(() => ({ revision: '', text: '' }));
vi.mock('../client.ts', () => ({
  api: {
    graphs: { read: { query: () => Promise.resolve({ path, ...there }) } },
    runs: { list: { query: () => Promise.resolve([]) } },
  },
  queries: { graphs: { list: { queryKey: () => [] } } },
  queryClient: { invalidateQueries: () => Promise.resolve() },
}));

beforeEach(() => {
  const leave = stubBrowser();
  provideNodeTypes(new Map());
  documentStore.getState().close();
  return leave;
});

const first = serializeGraph(sized(1));
const draftOf = (graph: Graph) => ({ base: 'first', baseText: first, text: serializeGraph(graph) });

it('goes on from the file where that has what was drawn, and the lock that its save wrote', async () => {
  Object.assign(there, { revision: 'second', text: serializeGraph({ ...sized(2), lock }) });
  keepDraft(path, draftOf(sized(2)));
  await openFile(path);
  expect(documentStore.getState().file?.base).toBe('second');
  expect(isUnsaved(documentStore.getState())).toBe(false);
  // What stood there before is another than what stands there now.
  documentStore.getState().edit(() => sized(1));
  expect(isUnsaved(documentStore.getState())).toBe(true);
});

it('keeps a lock that was changed and not saved', async () => {
  Object.assign(there, { revision: 'first', text: first });
  keepDraft(path, draftOf({ ...sized(1), lock }));
  await openFile(path);
  expect(documentStore.getState().graph.lock).toEqual(lock);
  expect(isUnsaved(documentStore.getState())).toBe(true);
});
