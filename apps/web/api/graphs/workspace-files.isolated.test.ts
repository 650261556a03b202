import { emptyGraph, GraphError, serializeGraph, type Graph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { isUnsaved, undo, documentStore, provideNodeTypes, screenStore } from '@graft/view';
import { openFile } from './open-file.ts';
import { deleteFile, duplicateFile } from './workspace-files.ts';
import { stubBrowser } from '../testing/stub-browser.ts';

const texts = vi.hoisted(() => new Map<string, string>());
let restored: (trashId: string) => Promise<{ path: string }>;
vi.mock('../client.ts', () => {
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
        restore: { mutate: ({ trashId }: { trashId: string }) => restored(trashId) },
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
const size = (): unknown => documentStore.getState().graph.nodes['chunk']?.params['size'];

beforeEach(() => {
  screenStore.setState({ notices: [] });
  const leave = stubBrowser();
  texts.clear();
  provideNodeTypes(new Map());
  documentStore.getState().close();
  return leave;
});

it('copies a file as it is, whatever was drawn on one of the same name that was deleted', async () => {
  texts.set('a.graft.json', serializeGraph(sized(1)));
  await openFile('a.graft.json');
  await duplicateFile('a.graft.json');
  expect(documentStore.getState().file?.path).toBe('a-copy.graft.json');
  documentStore.getState().edit(() => sized(2));
  await deleteFile('a-copy.graft.json');
  expect(documentStore.getState().file?.path).toBe('a.graft.json');
  await duplicateFile('a.graft.json');
  expect(documentStore.getState().file?.path).toBe('a-copy.graft.json');
  expect(size()).toBe(1);
  expect(isUnsaved(documentStore.getState())).toBe(false);
  undo();
  expect(size()).toBe(1);
  expect(screenStore.getState().notices.map(({ message }) => message)).toEqual(['Deleted a-copy.']);
});

it('offers to undo a deletion until that could be done, and says under which name a file is back', async () => {
  texts.set('a.graft.json', serializeGraph(sized(1)));
  texts.set('b.graft.json', serializeGraph(sized(2)));
  await openFile('a.graft.json');
  await deleteFile('a.graft.json');
  const notice = () => screenStore.getState().notices.at(-1);
  const undoIt = async (message: string): Promise<void> => {
    const { id = 0, action } = notice() ?? {};
    screenStore.getState().dismiss(id);
    action?.run();
    await expect.poll(() => notice()?.message).toBe(message);
  };
  restored = () => Promise.reject(new GraphError('no-space', 'The disk is full.'));
  await undoIt('The disk is full.');
  restored = (trashId) => {
    const path = `a-2.${trashId.slice(2)}`;
    texts.set(path, serializeGraph(sized(1)));
    return Promise.resolve({ path });
  };
  await undoIt('A new file named a exists. The deleted file was restored as a-2.');
  expect(documentStore.getState().file?.path).toBe('a-2.graft.json');
  expect(size()).toBe(1);
});

it('leaves no address of a deleted file behind where it was the last', async () => {
  texts.set('a.graft.json', serializeGraph(sized(1)));
  await openFile('a.graft.json');
  vi.stubGlobal('location', { href: 'http://localhost/?graph=a.graft.json', pathname: '/' });
  const replaceState = vi.fn();
  vi.stubGlobal('history', { replaceState, pushState: () => undefined });
  await deleteFile('a.graft.json');
  expect(documentStore.getState().file).toBeNull();
  expect(replaceState).toHaveBeenLastCalledWith(null, '', '/');
});
