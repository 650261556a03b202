import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { documentStore, provideNodeTypes, runView, screenStore } from '@graft/view';
import { drawRanGraph } from './ran-graph.ts';

const served = vi.hoisted(() => ({ texts: new Map<string, string>(), file: 'a.graft.json' }));
vi.mock('../client.ts', () => ({
  api: {
    runs: {
      graph: {
        query: ({ runId }: { runId: string }) => {
          const text = served.texts.get(runId);
          const ran = { file: served.file, startedAt: 0, ...(text === '' ? {} : { text }) };
          return Promise.resolve(text === undefined ? null : ran);
        },
      },
    },
  },
  queries: {},
  queryClient: {},
}));

const sized = (size: number): Graph => ({
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: { size } } },
  layout: { chunk: { x: 0, y: 0 } },
});
const path = 'a.graft.json';
const shown = (): unknown => documentStore.getState().shown.nodes['chunk']?.params['size'];

beforeAll(async () => {
  provideNodeTypes(registry);
});
beforeEach(() => {
  served.file = path;
  screenStore.setState({ notices: [] });
  served.texts = new Map([
    ['whole', serializeGraph(sized(2))],
    ['damaged', '{"graft": 1, "nodes": '],
    ['newer', '{"graft": 99}'],
    ['not kept', ''],
  ]);
  documentStore.getState().open({ path, base: null, baseText: '', baseGraph: sized(3) });
  runView.getState().follow(null);
  return () => vi.unstubAllGlobals();
});
const look = (runId: string): Promise<void> => {
  runView.getState().lookBack(runId);
  return drawRanGraph(runId);
};

it.each(['damaged', 'newer'])('draws no other run’s graph where one is %s', async (run) => {
  await look('whole');
  expect(shown()).toBe(2);
  await expect(look(run)).rejects.toThrow();
  expect(documentStore.getState().past).toBeNull();
  expect(shown()).toBe(3);
  expect(runView.getState()).toMatchObject({ past: true, run: { runId: run } });
});

it('shows what a run gave on the graph of now where its own is not kept', async () => {
  await look('not kept');
  expect(shown()).toBe(3);
  expect(runView.getState()).toMatchObject({ past: true, run: { runId: 'not kept' } });
});

it.each([
  ['gone', path],
  ['whole', 'b.graft.json'],
])('goes back to now where the file has no such run: %s of %s', async (run, file) => {
  served.file = file;
  runView.getState().setNewest('newest');
  const written: string[] = [];
  vi.stubGlobal('location', { href: `http://graft/?graph=a.graft.json&run=${run}` });
  vi.stubGlobal('history', {
    replaceState: (...[, , url]: [null, string, URL]) => written.push(url.search),
  });
  await look(run);
  expect(written).toEqual(['?graph=a.graft.json']);
  expect(shown()).toBe(3);
  expect(runView.getState()).toMatchObject({ past: false, run: { runId: 'newest' } });
  const messages = screenStore.getState().notices.map(({ message }) => message);
  expect(messages).toEqual(['This run is no longer in the history of this file.']);
});
