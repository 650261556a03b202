import { emptyGraph, parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeEach, expect, it, vi } from 'vitest';
import { provideFeatures } from '../../shell/features.ts';
import { commandOf, provideNodeTypes } from '@graft/view';
import { useConversation, useDocument, useRunView, useScreen } from '../../kit/stores.ts';
import { sourcesChanged } from '../../api/runs/source-changes.ts';
import { isChanged, runForm } from './run-form.ts';

const started = vi.hoisted((): unknown[] => []);
const server = vi.hoisted(() => ({ refuses: false }));
vi.mock('../../api/client.ts', () => ({
  api: {
    runs: {
      start: {
        mutate: (input: unknown) => {
          started.push(input);
          return server.refuses
            ? Promise.reject(new Error('The workspace is locked.'))
            : Promise.resolve({ runId: 'run' });
        },
      },
    },
  },
  queries: {
    runs: {
      list: { queryKey: () => [] },
      history: { queryKey: () => [] },
      course: { queryKey: () => [] },
    },
    catalogue: { matchFiles: { queryKey: () => [] } },
  },
  queryClient: { invalidateQueries: () => Promise.resolve() },
}));

const cutter = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      text: { type: 'input', version: 1, params: { type: 'documents' } },
      chunk: { type: 'chunk', version: 1, params: {} },
      chunks: { type: 'output', version: 1, params: {} },
    },
    edges: ['text.value -> chunk.documents', 'chunk.chunks -> chunks.value'],
  }),
  'cutter.graft.json',
);

beforeEach(async () => {
  provideFeatures();
  provideNodeTypes(registry);
  started.length = 0;
  server.refuses = false;
  useRunView.setState({ run: null });
  useConversation.getState().begin(undefined);
  const path = 'cutter.graft.json';
  useConversation.getState().begin(path);
  useDocument.getState().open({ path, base: 'r', baseText: '', baseGraph: cutter });
  useScreen.setState({ view: 'app' });
});

it('runs what the form holds, in the app view', async () => {
  useConversation.getState().give('text', 'Nine jugs.');
  commandOf('run').run();
  await expect.poll(() => started).toHaveLength(1);
  expect(started[0]).toMatchObject({ inputs: { text: 'Nine jugs.' }, outputs: ['chunks'] });
});

it('runs what the form holds from a notice of what has changed, too', async () => {
  useConversation.getState().give('text', 'Ten jugs.');
  await sourcesChanged({ files: ['a.md'], total: 1, state: 's', reads: 'r' });
  const notice = useScreen.getState().notices.find(({ action }) => action?.label === 'Run');
  notice?.action?.run();
  await expect.poll(() => started).toHaveLength(1);
  expect(started[0]).toMatchObject({ inputs: { text: 'Ten jugs.' } });
});

it('shows outputs of before as such where a run is refused, and as now once one is started', async () => {
  useConversation.getState().give('text', 'Nine jugs.');
  await runForm();
  expect(isChanged(useConversation.getState())).toBe(false);
  useRunView.setState({ run: null });
  useConversation.getState().give('text', 'Ten jugs.');
  server.refuses = true;
  await runForm();
  expect(started).toHaveLength(2);
  expect(isChanged(useConversation.getState())).toBe(true);
  server.refuses = false;
  await runForm();
  expect(isChanged(useConversation.getState())).toBe(false);
});

it('runs nothing where an input is missing, or there is no form', async () => {
  await runForm();
  useDocument.getState().open({
    ...{ path: 'b.graft.json', base: 'r', baseText: '', baseGraph: emptyGraph },
  });
  await runForm();
  expect(started).toEqual([]);
});

it('runs the file as it is, in the other views', async () => {
  useScreen.setState({ view: 'notebook' });
  commandOf('run').run();
  await expect.poll(() => started).toEqual([{ path: 'cutter.graft.json' }]);
});
