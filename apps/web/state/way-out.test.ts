import { emptyGraph, type Graph } from '@graft/graph';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useDocument } from './stores.ts';
import { useScreen, type View } from './screen-store.ts';
import { keepViewShowable } from './way-out.ts';

const full: Graph = {
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: {} } },
};
function open(graph: Graph): void {
  const file = { path: 'a.graft.json', base: 'r', baseText: '', baseGraph: graph };
  useDocument.getState().open(file, graph);
}
const view = (): View => useScreen.getState().view;

let stop = (): void => undefined;
beforeEach(() => {
  useDocument.getState().close();
  useScreen.setState({ view: 'app', begun: false });
  stop = keepViewShowable();
});
afterEach(() => stop());

it('waits for the first file', () => {
  expect(view()).toBe('app');
  open(full);
  useScreen.getState().show({ begun: true });
  expect(view()).toBe('app');
});

it('shows the canvas where the file is not there, or goes', () => {
  useScreen.getState().show({ begun: true });
  expect(view()).toBe('canvas');
  open(full);
  useScreen.getState().look('app');
  expect(view()).toBe('app');
  useDocument.getState().close();
  expect(view()).toBe('canvas');
});

it('shows the canvas where the graph is empty, or becomes it, but a notebook without a cell', () => {
  open(full);
  useScreen.getState().show({ begun: true });
  useScreen.getState().look('app');
  expect(view()).toBe('app');
  useDocument.getState().edit(() => emptyGraph);
  expect(view()).toBe('canvas');
  useScreen.getState().look('app');
  expect(view()).toBe('canvas');
  useScreen.getState().look('notebook');
  expect(view()).toBe('notebook');
  useDocument.getState().close();
  expect(view()).toBe('canvas');
});
