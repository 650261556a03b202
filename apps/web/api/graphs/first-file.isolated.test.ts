import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { documentStore, provideNodeTypes, screenStore } from '@graft/view';
import { openFirstFile } from './open-file.ts';
import { stubBrowser } from '../testing/stub-browser.ts';

const graph: Graph = {
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: { size: 9 } } },
};
vi.mock('../client.ts', () => ({
  api: {
    graphs: {
      // As the workspace does, whatever leads to the file.
      read: {
        query: () =>
          Promise.resolve({ path: 'a.graft.json', revision: 'r', text: serializeGraph(graph) }),
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
  return leave;
});

it.each(['a.graft.json', 'sub/../a.graft.json', './a.graft.json'])(
  'opens %s of an address as the workspace calls it, at the place that the address names',
  async (asked) => {
    const address = { href: `http://localhost/?graph=${asked}&node=chunk` };
    const replaceState = (_data: unknown, _title: string, to: string | URL): void =>
      void (address.href = new URL(to, address.href).href);
    vi.stubGlobal('history', { replaceState, pushState: () => undefined });
    vi.stubGlobal('location', address);
    await openFirstFile();
    expect(documentStore.getState().file?.path).toBe('a.graft.json');
    expect(screenStore.getState().selection).toEqual(['chunk']);
    expect(new URL(address.href).searchParams.get('graph')).toBe('a.graft.json');
  },
);
