import { parseGraph, setTitle } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeEach, expect, it, vi } from 'vitest';
import { useDocument, useScreen } from '../../../kit/stores.ts';
import { useExperiments } from '../../../api/experiments.ts';
import { provideNodeTypes } from '@graft/view';
import { varyValues } from './vary-values.ts';

vi.mock('../../../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

const written = { vary: { 'chunk.size': [64, 128, 256, 512] }, doc: 'Which size finds most?' };
const baseGraph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: { chunk: { type: 'chunk', version: 1, params: { size: 256 } } },
    experiments: { 'chunk-and-mode': written },
  }),
);
const at = { node: 'chunk', param: 'size' };
const typed = { values: [128, 256], own: 256, title: 'Size' };
const experiments = (): unknown => useDocument.getState().graph.experiments;
const notice = () => useScreen.getState().notices.at(-1);

beforeEach(async () => {
  provideNodeTypes(registry);
  useScreen.setState({ notices: [], bottomTab: 'run' });
  useExperiments.setState({ chosen: null });
  useDocument.getState().close();
  useDocument.getState().open({ path: 'a.graft.json', base: 'r', baseText: '', baseGraph });
});

it('makes an experiment of its own beside one that was written, shows it and says so', () => {
  varyValues(at, typed);
  expect(experiments()).toMatchObject({
    'chunk-and-mode': written,
    values: { vary: { 'chunk.size': [128, 256] } },
  });
  expect(useExperiments.getState().chosen).toBe('values');
  expect(useScreen.getState().bottomTab).toBe('experiments');
  expect(notice()?.message).toBe('Added the experiment “values”: Size 128, 256.');
});

it('takes it back by Undo, and leaves what was edited since', () => {
  varyValues(at, typed);
  notice()?.action?.run();
  expect(useDocument.getState().graph).toBe(baseGraph);
  varyValues(at, typed);
  const { action } = notice() ?? {};
  useDocument.getState().edit((graph) => setTitle(graph, 'chunk', 'Edited'));
  action?.run();
  expect(experiments()).toEqual({ 'chunk-and-mode': written });
  expect(useDocument.getState().graph.nodes['chunk']?.title).toBe('Edited');
});

it('shows the experiment that tries the values already, and says nothing', () => {
  varyValues(at, { ...typed, values: written.vary['chunk.size'] });
  expect(useDocument.getState().graph).toBe(baseGraph);
  expect(useExperiments.getState().chosen).toBe('chunk-and-mode');
  expect(notice()).toBeUndefined();
});
