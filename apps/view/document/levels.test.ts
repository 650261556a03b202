import { parseGraph, serializeGraph, setParam, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bodyAt,
  countUses,
  edgesInto,
  follow,
  placeOf,
  plannedPath,
  prefixInto,
  prefixOf,
  shownOf,
  standing,
  wayOf,
  withShown,
} from './levels.ts';
import { nodesAt } from './problem-places.ts';
import { redo, undo, documentStore } from './document-store.ts';
import { givenHere, givenParams } from './node-place.ts';
import { provideNodeTypes } from './lookups.ts';

const use = (name: string) => ({ type: 'graph', version: 1, params: { use: name } });
const chunk = { type: 'chunk', version: 1, params: { size: 64 } };
const input = { type: 'input', version: 1, params: { type: 'documents' } };
const file = (): Graph =>
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { first: use('#cut'), second: use('#outer'), lib: use('lib/x.graft.json') },
      graphs: {
        cut: {
          nodes: { documents: input, chunk },
          edges: ['documents.value -> chunk.documents'],
          expose: { size: 'chunk.size' },
          layout: { chunk: [260, 0] },
          note: 'kept',
        },
        outer: { nodes: { inner: use('#cut'), gone: use('#nobody') } },
        alone: { nodes: { chunk } },
      },
    }),
  );

beforeAll(async () => {
  provideNodeTypes(registry);
});

describe('what is shown of a file', () => {
  it('is written back to where it was, whatever it is', () => {
    const graph = file();
    for (const path of [[], ['first'], ['second'], ['second', 'inner']]) {
      const { trail, rest } = follow(graph, path);
      expect(rest).toEqual([]);
      const shown = shownOf(graph, trail);
      expect(withShown(graph, trail, shown)).toEqual(graph);
      expect(serializeGraph(withShown(graph, trail, shown))).toBe(serializeGraph(graph));
      // What was written is what is shown then, and all else is as it was.
      const edited = { ...shown, nodes: { ...shown.nodes, added: chunk } };
      const written = withShown(graph, trail, edited);
      expect(shownOf(written, trail)).toEqual({ ...edited, graphs: written.graphs });
      expect(written.graphs?.['alone']).toBe(graph.graphs?.['alone']);
      expect(parseGraph(serializeGraph(written))).toEqual(written);
    }
  });

  it('is found by the paths of plans and runs', () => {
    const graph = file();
    expect(placeOf(graph, 'second/inner/chunk')).toMatchObject({
      id: 'chunk',
      node: chunk,
      trail: [
        { node: 'second', body: 'outer' },
        { node: 'inner', body: 'cut' },
      ],
    });
    expect(placeOf(graph, 'lib/chunk')).toBeUndefined();
    expect(placeOf(graph, 'second/gone/chunk')).toBeUndefined();
    expect(placeOf(graph, 'second/constructor')).toBeUndefined();
    expect(follow(graph, ['second', 'gone', 'chunk'])).toMatchObject({ rest: ['gone', 'chunk'] });
    expect(edgesInto(graph, 'second/inner/chunk')).toMatchObject([
      { source: 'second/inner/documents', sourcePort: 'value', targetPort: 'documents' },
    ]);
    expect(prefixInto(graph, 'cut')).toBe('first/');
    expect(prefixInto(graph, 'alone')).toBeUndefined();
    expect([countUses(graph, 'cut'), countUses(graph, 'alone')]).toEqual([2, 0]);
  });

  it('is left where it is gone, or another graph is used there', () => {
    const graph = file();
    const { trail } = follow(graph, ['second', 'inner']);
    expect(standing(graph, trail)).toBe(trail);
    const other = { ...graph, nodes: { ...graph.nodes, second: use('#cut') } };
    expect(standing(other, trail)).toEqual([]);
    const { outer = graph, ...graphs } = graph.graphs ?? {};
    const inlined = { ...graphs, outer: { ...outer, nodes: {} } };
    expect(prefixOf(standing({ ...graph, graphs: inlined }, trail))).toBe('second/');
  });
});

it('goes into a loop at a round, which plans know nothing of', () => {
  const loop = { type: 'repeat', version: 1, params: { use: '#cut' } };
  const graph = { ...file(), nodes: { again: loop, first: use('#cut') } };
  const { trail } = follow(graph, ['again#3']);
  expect([prefixOf(trail), wayOf(trail)]).toEqual(['again#3/', 'again/']);
  expect(prefixOf(follow(graph, ['again']).trail)).toBe('again#1/');
  expect(prefixOf(follow(graph, ['first#2']).trail)).toBe('first/');
  expect(standing(graph, trail)).toBe(trail);
  expect(placeOf(graph, 'again#3/chunk')?.node).toEqual(chunk);
  expect(plannedPath('first/again#3/chunk')).toBe('first/again');
  const view = { graph, shown: shownOf(graph, trail), file: undefined, files: () => undefined };
  const location = { graph: 'cut', node: 'chunk', path: 'again/chunk' };
  expect(nodesAt({ ...view, trail })(location)).toEqual(['chunk']);
  expect(nodesAt({ ...view, trail: [], shown: graph })(location)).toEqual(['again']);
});

it('gives a node within what the uses on the way to it set', () => {
  const set = (params: object) => ({ ...use('#outer'), params: { use: '#outer', ...params } });
  const outer = {
    nodes: { inner: { ...use('#cut'), params: { use: '#cut', 'set.size': 48 } } },
    edges: [],
    layout: {},
    expose: { length: { node: 'inner', param: 'set.size' } },
  };
  const graph: Graph = {
    ...file(),
    nodes: { plain: set({}), other: set({ 'set.length': 16 }) },
    graphs: { ...file().graphs, outer },
  };
  const given = (...path: string[]) => {
    const { trail } = follow(graph, path);
    return givenParams(graph, trail, 'chunk');
  };
  expect(given('plain', 'inner')).toEqual({ size: 48 });
  expect(given('other', 'inner')).toEqual({ size: 16 });
  expect(given()).toEqual({});
});

it('gives a node of a run of before what its use set then', () => {
  const setting = (size: number): Graph => ({
    ...file(),
    nodes: { first: { ...use('#cut'), params: { use: '#cut', 'set.size': size } } },
  });
  const { open, look, go } = documentStore.getState();
  open({ path: 'a.graft.json', base: '', baseText: '', baseGraph: setting(48) });
  go(follow(setting(48), ['first']).trail);
  look(setting(16));
  expect(givenHere(documentStore.getState(), 'chunk')).toEqual({ size: 16 });
  look(null);
  expect(givenHere(documentStore.getState(), 'chunk')).toEqual({ size: 48 });
});

describe('a document that is edited within a subgraph', () => {
  const state = () => documentStore.getState();
  const sizes = () => [
    state().graph.graphs?.['cut']?.nodes['chunk']?.params['size'],
    state().shown.nodes['chunk']?.params['size'],
  ];
  const setSize = (value: number) =>
    state().edit((graph) => setParam(graph, { node: 'chunk', param: 'size' }, value));

  beforeEach(() => {
    const { graphs: _graphs, ...plain } = file();
    const baseGraph = { ...plain, nodes: {} };
    state().close();
    state().open({ path: 'a.graft.json', base: '', baseText: '', baseGraph });
    // The subgraph is made, gone into, and edited.
    state().editFile(file);
    state().go(follow(state().graph, ['second', 'inner']).trail);
    setSize(32);
  });

  it('is edited there, and the file with it', () => {
    expect(sizes()).toEqual([32, 32]);
    expect(state().shown.expose).toEqual({ size: { node: 'chunk', param: 'size' } });
    expect(bodyAt(state().trail)).toBe('cut');
  });

  it('shows what is undone and done again where it was done', () => {
    state().go([]);
    undo();
    expect(prefixOf(state().trail)).toBe('second/inner/');
    expect(sizes()).toEqual([64, 64]);
    state().go([]);
    redo();
    expect(prefixOf(state().trail)).toBe('second/inner/');
    expect(sizes()).toEqual([32, 32]);
  });

  it('is left by an undo that goes back to before there was the subgraph', () => {
    undo();
    undo();
    expect(state().trail).toEqual([]);
    expect(state().graph.graphs).toBeUndefined();
    expect(state().shown).toBe(state().graph);
    redo();
    redo();
    expect(prefixOf(state().trail)).toBe('second/inner/');
    expect(sizes()).toEqual([32, 32]);
  });

  it('is left as far as it is gone when the file changes outside', () => {
    state().editFile((graph) => ({
      ...graph,
      graphs: { outer: file().graphs?.['outer'] ?? graph },
    }));
    expect(prefixOf(state().trail)).toBe('second/');
    expect(Object.keys(state().shown.nodes)).toEqual(['inner', 'gone']);
  });

  it('goes nowhere by an edit, and moving about is none', () => {
    const { pastStates } = documentStore.temporal.getState();
    state().go([]);
    state().go(follow(state().graph, ['first']).trail);
    expect(documentStore.temporal.getState().pastStates).toHaveLength(pastStates.length);
    setSize(16);
    expect(prefixOf(state().trail)).toBe('first/');
  });
});

describe('a problem', () => {
  const graph = file();
  const at = (...path: string[]) => {
    const { trail } = follow(graph, path);
    const files = (name: string) =>
      name === 'lib/x.graft.json' ? { ...graph, nodes: {}, graphs: {} } : undefined;
    const view = { graph, trail, shown: shownOf(graph, trail), file: 'a.graft.json', files };
    return nodesAt(view);
  };

  it('shows at its node, and at all whose graphs hold it', () => {
    expect(at()({ node: 'first', param: 'use' })).toEqual(['first']);
    expect(at()({ graph: 'cut', node: 'chunk' })).toEqual(['first', 'second']);
    expect(at('second')({ graph: 'cut', node: 'chunk' })).toEqual(['inner']);
    expect(at('first')({ graph: 'cut', node: 'chunk' })).toEqual(['chunk']);
    expect(at()({ file: 'lib/x.graft.json', node: 'chunk' })).toEqual(['lib']);
    expect(at('first')({ node: 'first' })).toEqual([]);
  });

  it('of one use shows on the way to it only', () => {
    const location = { graph: 'cut', node: 'chunk', path: 'second/inner/chunk' };
    expect(at()(location)).toEqual(['second']);
    expect(at('second', 'inner')(location)).toEqual(['chunk']);
    expect(at('first')(location)).toEqual([]);
  });
});
