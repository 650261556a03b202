import { emptyGraph, serializeGraph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { documentStore, overlayStore, provideNodeTypes, screenStore } from '@graft/view';
import { openFile } from './open-file.ts';
import { discardChanges, fileChangedOutside } from './save-file.ts';
import { stubBrowser } from '../testing/stub-browser.ts';

const texts = vi.hoisted(() => new Map<string, string>());
vi.mock('../client.ts', () => ({
  api: {
    graphs: {
      read: {
        query: ({ path }: { path: string }) =>
          Promise.resolve({ path, revision: '1', text: texts.get(path) }),
      },
    },
    runs: { list: { query: () => Promise.resolve([]) } },
  },
  queries: { graphs: { list: { queryKey: () => [] } } },
  queryClient: { invalidateQueries: () => Promise.resolve() },
}));

beforeEach(() => {
  const leave = stubBrowser();
  provideNodeTypes(new Map());
  documentStore.getState().close();
  screenStore.setState({ notices: [] });
  return leave;
});

it('names a file that cannot be opened, as long as no other one is', async () => {
  texts.set('broken.graft.json', '{ graft: 1 }');
  texts.set('whole.graft.json', serializeGraph(emptyGraph));
  await openFile('broken.graft.json');
  const [notice] = screenStore.getState().notices;
  expect(notice?.message).toMatch(/^broken\.graft\.json: The file is not valid JSON \(line 1\)/);
  notice?.action?.run();
  expect(overlayStore.getState().mending).toBe('broken.graft.json');
  await openFile('whole.graft.json');
  expect(screenStore.getState().notices).toEqual([]);
});

it('tells once of a file that is broken while it is open, and mends it as text', async () => {
  const path = 'open.graft.json';
  texts.set(path, serializeGraph(emptyGraph));
  await openFile(path);
  documentStore.getState().edit((graph) => ({ ...graph, layout: { a: { x: 1, y: 1 } } }));
  texts.set(path, '{ graft: 1 }');
  await fileChangedOutside(path);
  await discardChanges(path);
  await openFile(path);
  const { notices } = screenStore.getState();
  expect(notices.map(({ message, action }) => [message, action?.label])).toEqual([
    [expect.stringMatching(/^open\.graft\.json: The file is not valid JSON/), 'Open as text'],
  ]);
});
