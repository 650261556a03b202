import { emptyGraph, serializeGraph, type Graph } from '@graft/graph';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { useDocument } from './document-store.ts';
import { lookAtRan, ranGraph } from './ran-graph.ts';
import { loadNodeTypes, provideNodeTypes } from './registry.ts';
import { useRunView } from './run-view.ts';

const served = vi.hoisted(() => ({ texts: new Map<string, string>(), file: 'a.graft.json' }));
vi.mock('../api/client.ts', () => ({
  api: {
    runs: {
      graph: {
        query: ({ runId }: { runId: string }) => {
          const text = served.texts.get(runId);
          const ran = { file: served.file, startedAt: 0, text };
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
const shown = (): unknown => useDocument.getState().shown.nodes['chunk']?.params['size'];

beforeAll(async () => {
  provideNodeTypes(() => import('@graft/nodes/definitions'));
  await loadNodeTypes();
});
beforeEach(() => {
  served.file = path;
  served.texts = new Map([
    ['whole', serializeGraph(sized(2))],
    ['damaged', '{"graft": 1, "nodes": '],
    ['newer', '{"graft": 99}'],
  ]);
  useDocument.getState().open({ path, base: null, baseText: '', baseGraph: sized(3) });
  useRunView.getState().follow(null);
});
const look = (runId: string): Promise<void> => {
  useRunView.getState().lookBack(runId);
  return lookAtRan(runId);
};

it.each(['damaged', 'newer'])('draws no other run’s graph where one is %s', async (run) => {
  await look('whole');
  expect(shown()).toBe(2);
  await expect(look(run)).rejects.toThrow();
  expect(useDocument.getState().past).toBeNull();
  expect(shown()).toBe(3);
  expect(useRunView.getState()).toMatchObject({ past: true, run: { runId: run } });
});

it('takes no graph of another file’s run for one of this', async () => {
  served.file = 'b.graft.json';
  expect(await ranGraph('whole', path)).toBeNull();
});
