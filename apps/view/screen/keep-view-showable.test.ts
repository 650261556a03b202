import { emptyGraph, type Graph } from '@graft/graph';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { documentStore } from '../document/document-store.ts';
import { screenStore, type View } from './screen-store.ts';
import { keepViewShowable } from './keep-view-showable.ts';

const full: Graph = {
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: {} } },
};
function open(graph: Graph): void {
  const file = { path: 'a.graft.json', base: 'r', baseText: '', baseGraph: graph };
  documentStore.getState().open(file, graph);
}
const view = (): View => screenStore.getState().view;

let stop = (): void => undefined;
beforeEach(() => {
  documentStore.getState().close();
  screenStore.setState({ view: 'app', begun: false });
  stop = keepViewShowable();
});
afterEach(() => stop());

it('waits for the first file', () => {
  expect(view()).toBe('app');
  open(full);
  screenStore.getState().show({ begun: true });
  expect(view()).toBe('app');
});

it('shows the canvas where the file is not there, or goes', () => {
  screenStore.getState().show({ begun: true });
  expect(view()).toBe('canvas');
  open(full);
  screenStore.getState().look('app');
  expect(view()).toBe('app');
  documentStore.getState().close();
  expect(view()).toBe('canvas');
});

it('shows the canvas where the graph is empty, or becomes it, but a notebook without a cell', () => {
  open(full);
  screenStore.getState().show({ begun: true });
  screenStore.getState().look('app');
  expect(view()).toBe('app');
  documentStore.getState().edit(() => emptyGraph);
  expect(view()).toBe('canvas');
  screenStore.getState().look('app');
  expect(view()).toBe('canvas');
  screenStore.getState().look('notebook');
  expect(view()).toBe('notebook');
  documentStore.getState().close();
  expect(view()).toBe('canvas');
});
