import {
  addGroup,
  addNote,
  changeGroup,
  changeNote,
  connect,
  disconnect,
  duplicateNodes,
  exposeParam,
  formatEdge,
  GraphError,
  inlineSubgraph,
  keysOf,
  makeSubgraph,
  moveNodes,
  parseGraph,
  removeNodes,
  renamePort,
  serializeGraph,
  setBends,
  setBypass,
  setCollapsed,
  setParam,
  setTitle,
  unexposeParam,
  varyParam,
  type Edge,
  type Graph,
} from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import fc from 'fast-check';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  shapeOf,
  bodyAt,
  redo,
  undo,
  usedGraph,
  nodeTypes,
  provideNodeTypes,
  connectInPlace,
  replacedEdges,
  columnLayout,
} from '@graft/view';
import { useDocument } from '../../kit/stores.ts';
import { addToCanvas } from './add-to-canvas.ts';
import { copiedText } from './edit-actions.ts';
import { pasteText } from './paste-nodes.ts';
import { tidied } from './tidied.ts';

beforeAll(async () => {
  provideNodeTypes(registry);
});

const types = ['load-files', 'chunk', 'embed', 'index', 'questions', 'retrieve', 'evaluate'];
const first = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      files: { type: 'load-files', version: 1, params: { paths: ['a.md'] } },
      chunk: { type: 'chunk', version: 1, params: {} },
      rerun: { type: 'graph', version: 1, params: { use: '#inner' } },
    },
    edges: ['files.documents -> chunk.documents', 'chunk.chunks -> rerun.chunks'],
    graphs: {
      inner: {
        nodes: {
          chunks: { type: 'input', version: 1, params: {} },
          embed: { type: 'embed', version: 1, params: {} },
          made: { type: 'output', version: 1, params: {} },
        },
        edges: ['chunks.value -> embed.chunks', 'embed.embeddings -> made.value'],
        layout: {},
      },
    },
    layout: { files: [0, 0] },
  }),
);

/** Numbers from which an edit picks what it is of: the same numbers pick something in every graph. */
type Picks = readonly [number, number, number];
const pick = <T>(from: readonly T[], at: number): T | undefined => from[at % from.length];
const shown = (): Graph => useDocument.getState().shown;
const ids = (): string[] => Object.keys(shown().nodes);
const context = () => ({ registry: nodeTypes() });
const at = () => bodyAt(useDocument.getState().trail);
const picked = ([a, b, c]: Picks): string[] => [
  ...new Set([a, b, c].flatMap((n) => pick(ids(), n) ?? [])),
];
const things = ([a, b, c]: Picks): string[] => [
  ...new Set([a, b, c].flatMap((n) => pick(keysOf(shown()), n) ?? [])),
];
const textsOf = (edges: readonly Edge[]): string[] => edges.map(formatEdge);

type Taken = readonly string[] | 'others';
/** Edits as the canvas, the inspector and the menus make them. Each gives the texts of the edges that it means to take away, or nothing where it changes no edge. */
const edits: Readonly<Record<string, (picks: Picks) => Taken | Promise<Taken>>> = {
  add([a, b]) {
    addToCanvas(pick(types, a) ?? 'chunk', b % 2 === 0 ? { x: b, y: a } : undefined);
    return [];
  },
  connect([a, b, c]) {
    const [source, target] = [pick(ids(), a), pick(ids(), b)];
    const out = pick(Object.keys(shapeOf(shown().nodes[source ?? ''])?.outputs ?? {}), c);
    const into = pick(Object.keys(shapeOf(shown().nodes[target ?? ''])?.inputs ?? {}), c);
    if (source === undefined || target === undefined || out === undefined || into === undefined)
      return [];
    const edge = { source, sourcePort: out, target, targetPort: into };
    if (textsOf(shown().edges).includes(formatEdge(edge))) return [];
    const replaced = textsOf(replacedEdges(shown(), edge));
    useDocument.getState().edit((graph) => connectInPlace(graph, edge));
    return replaced;
  },
  disconnect([a]) {
    const edge = pick(shown().edges, a);
    if (edge === undefined) return [];
    useDocument.getState().edit((graph) => disconnect(graph, edge));
    return [formatEdge(edge)];
  },
  remove(picks) {
    const gone = new Set(things(picks));
    const lost = shown().edges.filter(({ source, target }) => gone.has(source) || gone.has(target));
    useDocument.getState().edit((graph) => removeNodes(graph, gone));
    return textsOf(lost);
  },
  set([a, b]) {
    const node = pick(ids(), a);
    if (node === undefined) return [];
    const param = pick(['size', 'overlap', 'k'], b) ?? 'size';
    useDocument
      .getState()
      .edit((graph) => setParam(graph, { node, param }, b % 5 === 0 ? undefined : b), node + param);
    return [];
  },
  title([a, b]) {
    const node = pick(ids(), a);
    if (node === undefined) return [];
    const title = b % 3 === 0 ? '' : `Title “${String(b)}” \u2028 ü`;
    useDocument.getState().edit((graph) => setTitle(graph, node, title));
    return [];
  },
  duplicate(picks) {
    useDocument.getState().edit((graph) => duplicateNodes(graph, things(picks)).graph);
    return [];
  },
  paste(picks) {
    const text = copiedText(shown(), things(picks));
    useDocument.getState().edit((graph) => pasteText(graph, text, { x: 7, y: 9 })?.graph ?? graph);
    return [];
  },
  move(picks) {
    const [x, y] = picks;
    const places = Object.fromEntries(things(picks).map((id) => [id, { x: x / 3, y: -y }]));
    useDocument.getState().edit((graph) => moveNodes(graph, places), 'move');
    return [];
  },
  async tidy() {
    const laid = await tidied(shown(), ({ sizes, links }) =>
      Promise.resolve(columnLayout(sizes, links)),
    );
    useDocument.getState().edit(() => laid);
    return [];
  },
  switch(picks) {
    useDocument.getState().edit((graph) => setBypass(graph, picked(picks), picks[0] % 2 === 0));
    return [];
  },
  bend([a, b, c]) {
    const edge = pick(textsOf(shown().edges), a);
    if (edge === undefined) return [];
    const points = [
      { x: a / 3, y: -b },
      { x: c, y: 0 },
    ].slice(0, b % 3);
    useDocument.getState().edit((graph) => setBends(graph, edge, points), `bend ${edge}`);
    return [];
  },
  fold(picks) {
    useDocument.getState().edit((graph) => setCollapsed(graph, picked(picks), picks[0] % 3 > 0));
    return [];
  },
  expose([a, b]) {
    const node = pick(ids(), a);
    if (node === undefined || shown().nodes[node]?.type !== 'chunk') return [];
    const param = pick(['size', 'overlap'], b) ?? 'size';
    useDocument.getState().editFile((graph) => exposeParam(graph, { at: at(), node, param }));
    return [];
  },
  unexpose([a]) {
    const name = pick(Object.keys(shown().expose ?? {}), a);
    if (name === undefined) return [];
    useDocument.getState().editFile((graph) => unexposeParam(graph, { at: at(), name }));
    return 'others';
  },
  vary([a, b]) {
    const node = pick(Object.keys(useDocument.getState().graph.nodes), a);
    if (node === undefined) return [];
    useDocument
      .getState()
      .editFile(
        (graph) =>
          varyParam(graph, { node, param: 'size' }, { values: [b, b + 1], registry: nodeTypes() })
            .graph,
      );
    return [];
  },
  subgraph(picks) {
    useDocument
      .getState()
      .editFile(
        (graph) => makeSubgraph(graph, { at: at(), nodes: things(picks) }, context()).graph,
      );
    return 'others';
  },
  inline([a]) {
    const node = pick(
      ids().filter((id) => usedGraph(shown().nodes[id]) !== undefined),
      a,
    );
    if (node === undefined) return [];
    useDocument
      .getState()
      .editFile((graph) => inlineSubgraph(graph, { at: at(), node }, context()).graph);
    return 'others';
  },
  rename([a, b]) {
    const node = pick(
      ids().filter((id) => ['input', 'output'].includes(shown().nodes[id]?.type ?? '')),
      a,
    );
    if (node === undefined) return [];
    const port = { at: at(), node, name: `port-${String(b % 4)}` };
    useDocument.getState().editFile((graph) => renamePort(graph, port, context()).graph);
    return 'others';
  },
  note([a, b, c]) {
    const about = b % 2 === 0 ? pick(ids(), a) : undefined;
    const note = { text: `# “${String(a)}”\n\u2028`, x: a / 3, y: -b, width: 1 + c };
    useDocument
      .getState()
      .edit(
        (graph) => addNote(graph, { ...note, ...(about === undefined ? {} : { about }) }).graph,
      );
    return [];
  },
  write([a, b, c]) {
    const id = pick(Object.keys(shown().notes ?? {}), a) ?? 'none';
    const fields = b % 2 === 0 ? { text: String(c) } : { width: 1 + b / 3, height: 1 + c };
    useDocument.getState().edit((graph) => changeNote(graph, id, fields), `note ${id}`);
    return [];
  },
  group([a, b, c]) {
    const frame = { x: -a, y: b / 7, width: 1 + b, height: 1 + c };
    useDocument.getState().edit((graph) => addGroup(graph, { title: String(a), ...frame }).graph);
    return [];
  },
  frame([a, b, c]) {
    const id = pick(Object.keys(shown().groups ?? {}), a) ?? 'none';
    const fields = b % 2 === 0 ? { title: String(c) } : { width: 1 + b / 3, height: 1 + c };
    useDocument.getState().edit((graph) => changeGroup(graph, id, fields), `group ${id}`);
    return [];
  },
  go([a, b]) {
    const { trail, go } = useDocument.getState();
    const node = pick(
      ids().filter((id) => usedGraph(shown().nodes[id]) !== undefined),
      a,
    );
    const body = node === undefined ? undefined : usedGraph(shown().nodes[node])?.slice(1);
    go(
      b % 3 === 0 || node === undefined || body === undefined
        ? trail.slice(0, -1)
        : [...trail, { node, body }],
    );
    return [];
  },
};

/** Makes an edit. What cannot be done is refused with a sentence, and changes nothing. */
async function make(name: string, picks: Picks): Promise<void> {
  const before = useDocument.getState();
  try {
    const taken = (await edits[name]?.(picks)) ?? [];
    const now = useDocument.getState();
    if (taken === 'others' || now.trail !== before.trail) return;
    const left = new Set(textsOf(now.shown.edges));
    const lost = textsOf(before.shown.edges).filter((edge) => !left.has(edge));
    expect(lost.toSorted()).toEqual([...taken].toSorted());
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    expect(error.message).not.toBe('');
    expect(useDocument.getState().graph).toBe(before.graph);
  }
}

const step = fc.tuple(
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...Object.keys(edits)) },
    fc.constantFrom('undo', 'redo'),
  ),
  fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999)),
);
const history = () => useDocument.temporal.getState();

describe('any edits one after the other', () => {
  it('are undone to the first document and redone to the last, lose no edge by themselves, and leave files that are canonical', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
        async (steps) => {
          useDocument.getState().close();
          useDocument
            .getState()
            .open({ path: 'a.graft.json', base: 'r', baseText: '', baseGraph: first });
          for (const [name, picks] of steps) {
            if (name === 'undo') undo();
            else if (name === 'redo') redo();
            else await make(name, picks);
            const text = serializeGraph(useDocument.getState().graph);
            expect(serializeGraph(parseGraph(text))).toBe(text);
          }
          while (history().futureStates.length > 0) redo();
          const last = useDocument.getState().graph;
          const count = history().pastStates.length;
          while (history().pastStates.length > 0) undo();
          expect(useDocument.getState().graph).toBe(first);
          for (let at = 0; at < count; at++) redo();
          expect(useDocument.getState().graph).toBe(last);
          expect(history().futureStates).toEqual([]);
        },
      ),
      { numRuns: 300 * inject('share') },
    );
  });

  it('an edge that is drawn onto an input with one takes its place, and undo brings that back', () => {
    useDocument.getState().close();
    useDocument
      .getState()
      .open({ path: 'a.graft.json', base: 'r', baseText: '', baseGraph: first });
    const edge = {
      source: 'other',
      sourcePort: 'documents',
      target: 'chunk',
      targetPort: 'documents',
    };
    useDocument.getState().edit((graph) => connect(graph, { ...edge, targetPort: 'unheard' }));
    useDocument.getState().edit((graph) => connectInPlace(graph, edge));
    expect(textsOf(shown().edges)).toContain('other.documents -> chunk.documents');
    expect(textsOf(shown().edges)).not.toContain('files.documents -> chunk.documents');
    undo();
    undo();
    expect(shown()).toBe(first);
  });
});
