import {
  parseGraph,
  addGroup,
  addNote,
  changeNote,
  emptyGraph,
  formatEdge,
  type Graph,
} from '@graft/graph';
import { describe, expect, it, beforeEach } from 'vitest';
import { registry } from '@graft/nodes/definitions';
import { neighbourOf, leaveEmpty, withoutKeys } from './deletion.ts';
import { provideNodeTypes } from './lookups.ts';
import { redo, undo, documentStore } from './document-store.ts';

const node = { type: 'chunk', version: 1, params: {} };
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: { a: node, b: node, c: node, far: node, near: node },
    edges: ['a.chunks -> b.documents', 'b.chunks -> c.documents'],
    layout: { a: [0, 0], b: [300, 0], c: [600, 0], far: [900, 900], near: [620, 90] },
  }),
);
const without = (...gone: string[]) =>
  Object.fromEntries(Object.entries(graph.nodes).filter(([id]) => !gone.includes(id)));

it('is what fed the node, else what it fed, else the nearest', () => {
  expect(neighbourOf('b', graph, without('b'))).toBe('a');
  expect(neighbourOf('b', graph, without('a', 'b'))).toBe('c');
  expect(neighbourOf('a', graph, without('a'))).toBe('b');
  expect(neighbourOf('c', graph, without('b', 'c'))).toBe('near');
  expect(neighbourOf('c', graph, {})).toBeUndefined();
});

const edit = (change: (graph: Graph) => Graph): void => documentStore.getState().edit(change);
const add = (text: string): void =>
  edit((graph) => addNote(graph, { text, x: 0, y: 0, width: 240 }).graph);
const write = (text: string): void => edit((graph) => changeNote(graph, 'note', { text }));
const texts = (): unknown =>
  Object.values(documentStore.getState().graph.notes ?? {}).map((note) => note.text);

beforeEach(() => {
  documentStore.getState().close();
  documentStore
    .getState()
    .open({ path: 'a.graft.json', base: 'r1', baseText: '', baseGraph: emptyGraph });
  edit((graph) => addGroup(graph, { title: 'Before', x: 0, y: 0, width: 9, height: 9 }).graph);
});

it.each([[[]], [['a', '']], [['a', ' ']]])(
  'leaves nothing of a new note without words, which %j was written into',
  (written) => {
    add('');
    for (const text of written) write(text);
    leaveEmpty('note');
    expect(texts()).toEqual([]);
    const seen = new Set<string>();
    while (documentStore.temporal.getState().pastStates.length > 0) {
      undo();
      seen.add(JSON.stringify(texts()));
    }
    expect([...seen]).not.toContain('[""]');
    expect(documentStore.getState().graph).toEqual(emptyGraph);
    redo();
    expect(documentStore.getState().graph.groups).toBeDefined();
  },
);

it('keeps the words that a note had, to be undone to', () => {
  add('Kilns');
  write('');
  leaveEmpty('note');
  expect(texts()).toEqual([]);
  undo();
  expect(texts()).toEqual(['Kilns']);
  undo();
  expect(texts()).toEqual([]);
});

it('leaves a note that has words again by the time it comes', () => {
  add('Kilns');
  leaveEmpty('note');
  expect(texts()).toEqual(['Kilns']);
});

describe('withoutKeys', () => {
  const typed = (nodes: Record<string, string>, edges: readonly string[]): Graph =>
    parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: Object.fromEntries(
          Object.entries(nodes).map(([id, type]) => [id, { type, version: 1, params: {} }]),
        ),
        edges,
      }),
    );
  const chain = typed(
    { ask: 'questions', a: 'gather-rows', b: 'sample-rows', c: 'gather-rows', d: 'gather-rows' },
    ['ask.questions -> a.rows', 'a.rows -> b.rows', 'b.rows -> c.rows', 'b.rows -> d.rows'],
  );
  const healed = (graph: Graph, ...keys: string[]): readonly string[] => {
    provideNodeTypes(registry);
    const result = withoutKeys(graph, keys);
    expect(Object.keys(result.graph.nodes)).not.toEqual(expect.arrayContaining(keys));
    return result.healed.map(formatEdge);
  };

  it('connects what fed a node to all that it fed', () => {
    expect(healed(chain, 'b')).toEqual(['a.rows -> c.rows', 'a.rows -> d.rows']);
  });

  it('heals over several nodes, in whatever order they are named', () => {
    expect(healed(chain, 'a', 'b')).toEqual(['ask.questions -> c.rows', 'ask.questions -> d.rows']);
    expect(healed(chain, 'b', 'a')).toEqual(['ask.questions -> c.rows', 'ask.questions -> d.rows']);
  });

  it('connects nothing at an end, nor where a node could not have been switched off', () => {
    expect(healed(chain, 'c')).toEqual([]);
    expect(healed(chain, 'a', 'b', 'c', 'd')).toEqual([]);
    const indexing = typed({ files: 'load-files', chunk: 'chunk', embed: 'embed' }, [
      'files.documents -> chunk.documents',
      'chunk.chunks -> embed.chunks',
    ]);
    expect(healed(indexing, 'chunk')).toEqual([]);
  });
});
