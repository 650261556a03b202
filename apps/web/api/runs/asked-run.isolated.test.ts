import { emptyGraph, serializeGraph, setParam, type Graph, type RunEvent } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import {
  conversationStore,
  documentStore,
  emptyRun,
  foldEvent,
  provideNodeTypes,
  runView,
  type RunState,
} from '@graft/view';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { showAskedRun } from './asked-run.ts';
import { askedGraphs } from './ran-graph.ts';

const served = vi.hoisted(() => ({ text: undefined as string | undefined }));
vi.mock('../client.ts', () => ({
  api: {
    runs: {
      graph: {
        query: () => Promise.resolve({ file: 'a.graft.json', startedAt: 1, text: served.text }),
      },
    },
  },
  queries: {},
  queryClient: {},
}));

const node = (type: string) => ({ type, version: registry.get(type)?.version ?? 1, params: {} });
const drawn: Graph = {
  ...emptyGraph,
  nodes: { ask: node('questions'), prompt: node('prompt'), write: node('generate') },
  edges: [
    { source: 'ask', sourcePort: 'questions', target: 'prompt', targetPort: 'questions' },
    { source: 'prompt', sourcePort: 'prompts', target: 'write', targetPort: 'prompts' },
  ],
};
const asked = (graph: Graph, text: string): Graph =>
  setParam(
    setParam(graph, { node: 'ask', param: 'questions' }, text),
    { node: 'ask', param: 'paths' },
    [],
  );

function done(runId: string): RunState {
  const own = { runId, at: 1 };
  const events = [
    { ...own, seq: 1, type: 'run.started', file: 'a.graft.json', nodes: [] },
    { ...own, seq: 2, type: 'run.finished', status: 'succeeded' },
  ] as unknown as RunEvent[];
  return events.reduce(foldEvent, emptyRun(runId));
}

let stop = (): void => undefined;
/** Shows a file as it is drawn, of which a question was answered. */
function show(graph: Graph): void {
  const path = 'a.graft.json';
  documentStore.getState().open({ path, base: 'r', baseText: '', baseGraph: graph });
  const answer = { id: 'a', adapter: undefined, outputs: [], problem: undefined, stopped: false };
  const turn = { id: 't', question: 'When?', answers: [{ ...answer, run: done('r1') }] };
  conversationStore.getState().begin(path, [turn]);
  stop = showAskedRun();
}
const isDrawn = (): boolean | undefined => runView.getState().asked?.isDrawn;

beforeEach(() => {
  provideNodeTypes(registry);
  conversationStore.getState().begin(undefined);
  askedGraphs.clear();
  served.text = undefined;
});
afterEach(() => stop());

it('compares what is drawn with the graph that was asked, not with the one drawn as its run came up', () => {
  askedGraphs.set('r1', drawn);
  const edited = setParam(drawn, { node: 'write', param: 'maxTokens' }, 7);
  show(edited);
  expect(isDrawn()).toBe(false);
  documentStore.getState().edit(() => drawn);
  expect(isDrawn()).toBe(true);
  const body = { nodes: {}, edges: [], layout: {} };
  documentStore.getState().edit((graph) => ({ ...graph, graphs: { inner: body } }));
  expect(isDrawn()).toBe(false);
});

it('knows of a run before a reload whether its graph is drawn once that is read, but for the question', async () => {
  served.text = serializeGraph(asked(drawn, 'When?'));
  show(drawn);
  expect(isDrawn()).toBe(false);
  await expect.poll(isDrawn).toBe(true);
  documentStore
    .getState()
    .edit((graph) => setParam(graph, { node: 'write', param: 'maxTokens' }, 7));
  expect(isDrawn()).toBe(false);
});
