import { onPastEdit, refusePast, whyNotPast, provideNodeTypes } from '@graft/view';
import { Chunks, emptyGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it, vi } from 'vitest';
import { extractAs } from '../api/graphs/subgraph-edits.ts';
import { freeze } from '../features/inspector/output/freeze.ts';
import { addNoteAt } from '../features/canvas/notes/note-edits.ts';
import { useAnnouncement, useDocument, useOverlay, useScreen } from '../kit/stores.ts';

const written = vi.hoisted(() => [] as unknown[]);
vi.mock('../api/client.ts', () => {
  const mutate = (input: unknown): Promise<unknown> => {
    written.push(input);
    return Promise.resolve({ file: 'rows.jsonl', type: 'chunks', version: 'v', rows: 1 });
  };
  return {
    api: { artifacts: { freeze: { mutate } }, graphs: { save: { mutate } } },
    queries: {},
    queryClient: {},
  };
});

beforeAll(() => {
  provideNodeTypes(registry);
  onPastEdit(refusePast);
});

it('writes no file for an edit of a graph of before, and says why', async () => {
  const chunk = { type: 'chunk', version: 1, params: {} };
  const baseGraph: Graph = {
    ...emptyGraph,
    nodes: { chunk, use: { type: 'graph', version: 1, params: { use: '#inner' } } },
    graphs: { inner: { nodes: { chunk }, edges: [], layout: {} } },
  };
  useDocument.getState().open({ path: 'a.graft.json', base: null, baseText: '', baseGraph });
  useDocument.getState().look({ ...baseGraph });
  const artifact = { digest: '0'.repeat(64), mediaType: Chunks.mediaType, size: 1, count: 1 };
  await freeze({ node: 'chunk', port: 'chunks', artifact });
  expect(useScreen.getState().notices.map(({ message }) => message)).toEqual([whyNotPast]);
  expect(await extractAs('inner', 'other')).toBe(whyNotPast);
  expect(written).toEqual([]);
  expect(useDocument.getState().graph).toBe(baseGraph);
});

it('says of nothing that it was added, and selects nothing that is not there', async () => {
  const chunk = { type: 'chunk', version: 1, params: {} };
  const baseGraph: Graph = { ...emptyGraph, nodes: { chunk } };
  useDocument.getState().open({ path: 'a.graft.json', base: null, baseText: '', baseGraph });
  useDocument.getState().look({ ...baseGraph });
  addNoteAt({ x: 0, y: 0 });
  await expect.poll(() => useAnnouncement.getState().message).toBe('Nothing changed.');
  expect(useScreen.getState().selection).toEqual([]);
  expect(useOverlay.getState().renamingNode).toBeNull();
});
