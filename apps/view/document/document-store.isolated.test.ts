import { emptyGraph, type Graph } from '@graft/graph';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  drawnFile,
  isUnsaved,
  onPastEdit,
  type OpenFile,
  redo,
  undo,
  undoUntil,
  documentStore,
} from './document-store.ts';
import { refusePast } from '../screen/past-refusal.ts';
import { screenStore } from '../screen/screen-store.ts';

function withNode(graph: Graph, id: string, size: number): Graph {
  return {
    ...graph,
    nodes: { ...graph.nodes, [id]: { type: 'chunk', version: 1, params: { size } } },
  };
}
const baseGraph = withNode(emptyGraph, 'chunk-1', 512);
const file: OpenFile = { path: 'a.graft.json', base: 'r1', baseText: '', baseGraph };
const size = (): unknown => documentStore.getState().graph.nodes['chunk-1']?.params['size'];
const setSize = (value: number, merge?: string): void =>
  documentStore.getState().edit((graph) => withNode(graph, 'chunk-1', value), merge);

beforeEach(() => {
  vi.useFakeTimers();
  documentStore.getState().close();
  documentStore.getState().open(file);
  return () => vi.useRealTimers();
});

describe('the history of a document', () => {
  it('undoes and redoes one edit at a time', () => {
    setSize(256);
    setSize(128);
    undo();
    expect(size()).toBe(256);
    undo();
    expect(size()).toBe(512);
    redo();
    expect(size()).toBe(256);
  });

  it('joins quick edits of one field, and only those', () => {
    setSize(2, 'chunk-1.size');
    setSize(25, 'chunk-1.size');
    setSize(256, 'chunk-1.size');
    vi.advanceTimersByTime(2_000);
    setSize(300, 'chunk-1.size');
    undo();
    expect(size()).toBe(256);
    undo();
    expect(size()).toBe(512);
  });

  it('does not reach back into another file', () => {
    setSize(256);
    documentStore.getState().open({ ...file, path: 'b.graft.json' });
    undo();
    expect(size()).toBe(512);
    expect(documentStore.getState().file?.path).toBe('b.graft.json');
  });

  it('is as it was left where one comes back from another file', () => {
    setSize(256);
    setSize(128);
    undo();
    const other = { ...file, path: 'b.graft.json' };
    const isChanged = [
      documentStore.getState().open(other),
      documentStore.getState().open(file, withNode(emptyGraph, 'chunk-1', 256)),
    ];
    expect(isChanged).toEqual([false, false]);
    redo();
    expect(size()).toBe(128);
    undo();
    undo();
    expect(size()).toBe(512);
    // As well of the other.
    setSize(64);
    documentStore.getState().open(other);
    setSize(1);
    documentStore.getState().open(file, withNode(emptyGraph, 'chunk-1', 64));
    documentStore.getState().open(other, withNode(emptyGraph, 'chunk-1', 1));
    undo();
    expect(size()).toBe(512);
  });

  it('has what became of a file meanwhile as a step, and says so', () => {
    setSize(256);
    setSize(128);
    undo();
    const open = (size: number, path = file.path): boolean =>
      documentStore
        .getState()
        .open({ ...file, path, baseGraph: withNode(emptyGraph, 'chunk-1', size) });
    open(1, 'b.graft.json');
    expect(open(64)).toBe(true);
    redo();
    expect(size()).toBe(64);
    undo();
    expect(size()).toBe(256);
    undo();
    expect(size()).toBe(512);
  });

  it('gets a lock that was written to the file meanwhile', () => {
    const lock = { ...emptyGraph.lock, files: { 'a.txt': { digest: 'd', size: 1 } } };
    setSize(256);
    documentStore.getState().open({ ...file, path: 'b.graft.json' });
    const graph = { ...withNode(emptyGraph, 'chunk-1', 256), lock };
    expect(documentStore.getState().open({ ...file, baseGraph: graph })).toBe(false);
    undo();
    expect([size(), documentStore.getState().graph.lock]).toEqual([512, lock]);
  });

  it('is kept of the files that were left last', () => {
    setSize(256);
    const left = documentStore.getState().graph;
    const open = (name: number | string): void =>
      void documentStore.getState().open({ ...file, path: `${name}.graft.json` }, left);
    for (let other = 0; other < 15; other++) open(other);
    open('a');
    undo();
    expect(size()).toBe(512);
    redo();
    for (let other = 0; other < 17; other++) open(other);
    open('a');
    undo();
    expect(size()).toBe(256);
  });

  it('keeps history through a save', () => {
    setSize(256);
    const { graph } = documentStore.getState();
    documentStore.getState().rebase({ ...file, base: 'r2', baseGraph: graph });
    expect(isUnsaved(documentStore.getState())).toBe(false);
    undo();
    expect(size()).toBe(512);
    expect(isUnsaved(documentStore.getState())).toBe(true);
  });

  it('undoes until something is so, and nothing where it is so already', () => {
    setSize(256);
    setSize(128);
    undoUntil(() => size() === 512);
    expect(size()).toBe(512);
    setSize(64);
    undoUntil(() => size() === 64);
    expect(size()).toBe(64);
    undoUntil(() => false);
    expect(size()).toBe(512);
  });

  it('gets a lock that a save or a run wrote through its whole history', () => {
    const lock = { ...emptyGraph.lock, files: { 'a.txt': { digest: 'd', size: 1 } } };
    setSize(256);
    setSize(128);
    undo();
    const { graph } = documentStore.getState();
    documentStore.getState().rebase({ ...file, baseGraph: graph });
    documentStore.getState().relock({ ...file, base: 'r2', baseGraph: { ...graph, lock } });
    const locks = [];
    for (const move of [() => undefined, redo, undo, undo]) {
      move();
      locks.push(documentStore.getState().graph.lock);
    }
    expect(locks).toEqual([lock, lock, lock, lock]);
    expect(size()).toBe(512);
    redo();
    expect(isUnsaved(documentStore.getState())).toBe(false);
  });

  it('undoes what was taken past a save, and keeps what the save wrote', () => {
    const files = { 'a.txt': { digest: 'd' } };
    const graphs = { lib: { digest: 'old' } };
    const locked = { ...baseGraph, lock: { ...emptyGraph.lock, graphs } };
    documentStore.getState().open({ ...file, baseGraph: locked });
    const took = { ...emptyGraph.lock, graphs: { lib: { digest: 'new' } } };
    documentStore.getState().edit((graph) => ({ ...graph, lock: took }));
    const { graph } = documentStore.getState();
    documentStore.getState().rebase({ ...file, baseGraph: graph });
    const saved = { ...graph, lock: { ...took, files } };
    documentStore.getState().relock({ ...file, base: 'r2', baseGraph: saved });
    expect(documentStore.getState().graph.lock).toEqual({ ...took, files });
    undo();
    expect(documentStore.getState().graph.lock).toEqual({ ...emptyGraph.lock, graphs, files });
  });

  it('keeps a lock that was taken while another was written', () => {
    const locked = (digest: string) => ({ ...emptyGraph.lock, models: { m: { digest } } });
    documentStore.getState().edit((graph) => ({ ...graph, lock: locked('taken') }));
    documentStore
      .getState()
      .relock({ ...file, baseGraph: { ...baseGraph, lock: locked('other') } });
    expect(documentStore.getState().graph.lock).toEqual(locked('taken'));
    expect(isUnsaved(documentStore.getState())).toBe(true);
    undo();
    expect(documentStore.getState().graph.lock).toEqual(emptyGraph.lock);
  });

  it('counts an edit taken back by hand as saved', () => {
    setSize(256);
    expect(isUnsaved(documentStore.getState())).toBe(true);
    setSize(512);
    expect(isUnsaved(documentStore.getState())).toBe(false);
  });

  it('records nothing when an edit changes nothing', () => {
    documentStore.getState().edit((graph) => graph);
    expect(documentStore.temporal.getState().pastStates).toHaveLength(0);
  });
});

describe('the graph of an earlier run', () => {
  const past = withNode(withNode(emptyGraph, 'chunk-1', 7), 'gone', 1);
  const shownNodes = (): readonly string[] => Object.keys(documentStore.getState().shown.nodes);

  it('is drawn in the place of the file, which stays as it is', () => {
    setSize(256);
    documentStore.getState().look(past);
    expect(shownNodes()).toEqual(['chunk-1', 'gone']);
    expect(drawnFile(documentStore.getState())).toBe(past);
    expect(size()).toBe(256);
    expect(isUnsaved(documentStore.getState())).toBe(true);
    documentStore.getState().look(null);
    expect(shownNodes()).toEqual(['chunk-1']);
    undo();
    expect(size()).toBe(512);
  });

  it('is not edited, nor is the file behind it, and that is said', async () => {
    onPastEdit(refusePast);
    setSize(256);
    documentStore.getState().look(past);
    setSize(1);
    undo();
    documentStore.getState().editFile(() => emptyGraph);
    expect(size()).toBe(256);
    expect(documentStore.getState().shown.nodes['chunk-1']?.params['size']).toBe(7);
    await vi.dynamicImportSettled();
    expect(screenStore.getState().notices.at(-1)?.message).toContain('cannot be edited');
  });

  it('goes with its file', () => {
    documentStore.getState().look(past);
    documentStore.getState().open(file);
    expect(documentStore.getState().past).toBeNull();
    expect(shownNodes()).toEqual(['chunk-1']);
  });
});
