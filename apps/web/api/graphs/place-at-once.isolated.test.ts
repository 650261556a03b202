import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { documentStore, provideNodeTypes, runView, screenStore } from '@graft/view';
import { openFirstFile } from './open-file.ts';
import { followAddress } from './navigation.ts';
import { stubBrowser } from '../testing/stub-browser.ts';

const graph: Graph = {
  ...emptyGraph,
  nodes: {
    chunk: { type: 'chunk', version: 1, params: { size: 9 } },
    embed: { type: 'embed', version: 1, params: {} },
  },
};
const server = vi.hoisted(() => ({
  /** What the answer with the file waits for, and that with its runs. */
  read: Promise.resolve(),
  listed: Promise.resolve<{ id: string }[]>([]),
}));
vi.mock('../client.ts', () => ({
  api: {
    graphs: {
      read: {
        query: ({ path }: { path: string }) =>
          server.read.then(() => ({ path, revision: 'r', text: serializeGraph(graph) })),
      },
    },
    runs: { list: { query: () => server.listed } },
  },
  queries: { graphs: { list: { queryKey: () => [] } } },
  queryClient: { invalidateQueries: () => Promise.resolve() },
}));

const address = { href: '' };
/** A promise, and what keeps it. */
function later<T>(): { readonly promise: Promise<T>; readonly keep: (value: T) => void } {
  let keep: (value: T) => void = () => undefined;
  return { promise: new Promise<T>((resolve) => (keep = resolve)), keep: (value) => keep(value) };
}
const opened = () => expect.poll(() => documentStore.getState().file?.path);

beforeEach(() => {
  const leave = stubBrowser();
  provideNodeTypes(new Map());
  documentStore.getState().close();
  screenStore.setState({ view: 'canvas', selection: [], begun: false });
  runView.getState().follow(null);
  Object.assign(server, { read: Promise.resolve(), listed: Promise.resolve([]) });
  const write = (_data: unknown, _title: string, to: string | URL): void =>
    void (address.href = new URL(to, address.href).href);
  vi.stubGlobal('history', { replaceState: write, pushState: write });
  vi.stubGlobal('location', address);
  address.href = 'http://localhost/?graph=a.graft.json&node=chunk';
  return leave;
});

it('shows the place of the address with the file, before the runs of it are known', async () => {
  const runs = later<{ id: string }[]>();
  server.listed = runs.promise;
  address.href += '&run=earlier';
  const opening = openFirstFile();
  await opened().toBe('a.graft.json');
  expect(screenStore.getState().selection).toEqual(['chunk']);
  expect(runView.getState()).toMatchObject({ past: true, run: { runId: 'earlier' } });
  runs.keep([{ id: 'newest' }, { id: 'earlier' }]);
  await opening;
  expect(runView.getState()).toMatchObject({
    ...{ past: true, newest: 'newest', run: { runId: 'earlier' } },
  });
});

it('takes back nothing that is selected, looked at or run while the runs are on their way', async () => {
  const runs = later<{ id: string }[]>();
  server.listed = runs.promise;
  const opening = openFirstFile();
  await opened().toBe('a.graft.json');
  screenStore.getState().look('notebook');
  screenStore.getState().select(['embed']);
  runView.getState().setNewest('just begun');
  runView.getState().follow('just begun');
  runs.keep([{ id: 'before' }]);
  await opening;
  expect(screenStore.getState()).toMatchObject({ view: 'notebook', selection: ['embed'] });
  expect(runView.getState()).toMatchObject({
    ...{ newest: 'just begun', run: { runId: 'just begun' } },
  });
});

it('keeps a view that is pressed while the file is on its way', async () => {
  const file = later<undefined>();
  server.read = file.promise;
  const opening = openFirstFile();
  screenStore.getState().look('app');
  file.keep(undefined);
  await opening;
  expect(screenStore.getState().view).toBe('app');
  expect(new URL(address.href).searchParams.get('view')).toBe('app');
});

it('shows the place with a file that the way back leads to', async () => {
  const heard: (() => void)[] = [];
  vi.stubGlobal('window', {
    addEventListener: (_name: string, listen: () => void) => heard.push(listen),
    removeEventListener: () => undefined,
  });
  await openFirstFile();
  const runs = later<{ id: string }[]>();
  server.listed = runs.promise;
  address.href = 'http://localhost/?graph=b.graft.json&node=embed&view=notebook';
  followAddress();
  heard[0]?.();
  await opened().toBe('b.graft.json');
  expect(screenStore.getState()).toMatchObject({ view: 'notebook', selection: ['embed'] });
});
