import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { isUnsaved } from '@graft/view';
import { useDocument } from './stores.ts';
import { keepDraft } from './draft.ts';
import { openFile } from './file-actions.ts';
import { provideNodeTypes } from './registry.ts';
import { stubBrowser } from './testing/stub-browser.ts';

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
vi.mock('../api/client.ts', () => ({
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
  useDocument.getState().close();
  return leave;
});

const first = serializeGraph(sized(1));
const draftOf = (graph: Graph) => ({ base: 'first', baseText: first, text: serializeGraph(graph) });

it('goes on from the file where that has what was drawn, and the lock that its save wrote', async () => {
  Object.assign(there, { revision: 'second', text: serializeGraph({ ...sized(2), lock }) });
  keepDraft(path, draftOf(sized(2)));
  await openFile(path);
  expect(useDocument.getState().file?.base).toBe('second');
  expect(isUnsaved(useDocument.getState())).toBe(false);
  // What stood there before is another than what stands there now.
  useDocument.getState().edit(() => sized(1));
  expect(isUnsaved(useDocument.getState())).toBe(true);
});

it('keeps a lock that was changed and not saved', async () => {
  Object.assign(there, { revision: 'first', text: first });
  keepDraft(path, draftOf({ ...sized(1), lock }));
  await openFile(path);
  expect(useDocument.getState().graph.lock).toEqual(lock);
  expect(isUnsaved(useDocument.getState())).toBe(true);
});
