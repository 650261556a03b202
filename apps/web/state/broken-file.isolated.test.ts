import { emptyGraph, serializeGraph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { openFile } from './file-actions.ts';
import { useOverlay } from './overlay-store.ts';
import { provideNodeTypes } from './registry.ts';
import { useScreen } from './screen-store.ts';
import { stubBrowser } from './testing/stub-browser.ts';

const texts = vi.hoisted(() => new Map<string, string>());
vi.mock('../api/client.ts', () => ({
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
  provideNodeTypes(() => Promise.resolve({ registry: new Map() }));
  return leave;
});

it('names a file that cannot be opened, as long as no other one is', async () => {
  texts.set('broken.graft.json', '{ graft: 1 }');
  texts.set('whole.graft.json', serializeGraph(emptyGraph));
  await openFile('broken.graft.json');
  const [notice] = useScreen.getState().notices;
  expect(notice?.message).toMatch(/^broken\.graft\.json is not valid JSON \(line 1\)/);
  notice?.action?.run();
  expect(useOverlay.getState().mending).toBe('broken.graft.json');
  await openFile('whole.graft.json');
  expect(useScreen.getState().notices).toEqual([]);
});
