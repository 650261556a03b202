import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { isUnsaved, undo, useDocument } from './document-store.ts';
import { openFile } from './file-actions.ts';
import { provideNodeTypes } from './registry.ts';
import { useScreen } from './screen-store.ts';
import { deleteFile, duplicateFile } from './workspace-files.ts';
import { stubBrowser } from './testing/stub-browser.ts';

const texts = vi.hoisted(() => new Map<string, string>());
vi.mock('../api/client.ts', () => {
  const listed = () => [...texts.keys()].sort().map((path) => ({ path, revision: path }));
  return {
    api: {
      graphs: {
        read: {
          query: ({ path }: { path: string }) =>
            Promise.resolve({ path, revision: path, text: texts.get(path) }),
        },
        copy: {
          mutate: ({ from, to }: { from: string; to: string }) =>
            Promise.resolve(texts.set(to, texts.get(from) ?? '')),
        },
        delete: {
          mutate: ({ path }: { path: string }) => {
            texts.delete(path);
            return Promise.resolve({ trashId: path });
          },
        },
      },
      runs: { list: { query: () => Promise.resolve([]) } },
    },
    queries: { graphs: { list: { queryKey: () => [], queryOptions: () => ({}) } } },
    queryClient: {
      invalidateQueries: () => Promise.resolve(),
      fetchQuery: () => Promise.resolve(listed()),
    },
  };
});

const sized = (size: number): Graph => ({
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: { size } } },
  layout: { chunk: { x: 0, y: 0 } },
});
const size = (): unknown => useDocument.getState().graph.nodes['chunk']?.params['size'];

beforeEach(() => {
  const leave = stubBrowser();
  texts.clear();
  provideNodeTypes(() => Promise.resolve({ registry: new Map() }));
  useDocument.getState().close();
  return leave;
});

it('copies a file as it is, whatever was drawn on one of the same name that was deleted', async () => {
  texts.set('a.graft.json', serializeGraph(sized(1)));
  await openFile('a.graft.json');
  await duplicateFile('a.graft.json');
  expect(useDocument.getState().file?.path).toBe('a-copy.graft.json');
  useDocument.getState().edit(() => sized(2));
  await deleteFile('a-copy.graft.json');
  expect(useDocument.getState().file?.path).toBe('a.graft.json');
  await duplicateFile('a.graft.json');
  expect(useDocument.getState().file?.path).toBe('a-copy.graft.json');
  expect(size()).toBe(1);
  expect(isUnsaved(useDocument.getState())).toBe(false);
  undo();
  expect(size()).toBe(1);
  expect(useScreen.getState().notices.map(({ message }) => message)).toEqual(['Deleted a-copy.']);
});
