import { parseGraph, setTitle } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { undo, useDocument } from './document-store.ts';
import { editOnceHere } from './wanted.ts';

vi.mock('../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

const node = { type: 'any', version: 1, params: {} };
const baseGraph = parseGraph(JSON.stringify({ graft: 1, nodes: { a: node } }));
const open = (path: string): unknown =>
  useDocument.getState().open({ path, base: 'r', baseText: '', baseGraph });
const name = (title: string): unknown =>
  useDocument.getState().edit((graph) => setTitle(graph, 'a', title));
const title = (): string | undefined => useDocument.getState().shown.nodes['a']?.title;

beforeEach(() => {
  useDocument.getState().close();
  open('a.graft.json');
});

it('edits once its code is here', async () => {
  await editOnceHere(Promise.resolve('Edited late'), name);
  expect(title()).toBe('Edited late');
});

it('is what undo takes back first, while its code is on its way', async () => {
  name('By hand');
  const edited = editOnceHere(Promise.resolve('Edited late'), name);
  undo();
  await edited;
  expect(title()).toBe('By hand');
  undo();
  expect(title()).toBeUndefined();
});

it('edits no other graph', async () => {
  const edited = editOnceHere(Promise.resolve('Edited late'), name);
  open('b.graft.json');
  await edited;
  expect(title()).toBeUndefined();
});

it('leaves nothing to take back where its code cannot be fetched', async () => {
  name('By hand');
  await expect(editOnceHere(Promise.reject(new Error('away')), name)).rejects.toThrow('away');
  undo();
  expect(title()).toBeUndefined();
});
