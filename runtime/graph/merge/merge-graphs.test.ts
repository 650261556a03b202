import { describe, expect, it } from 'vitest';
import { formatEdge, parseEdge } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphNode } from '../format/graph-body.ts';
import {
  connect,
  disconnect,
  moveNodes,
  removeNodes,
  setCollapsed,
  setParam,
  setTitle,
} from '../compose/graph-edit.ts';
import { testRegistry } from '../testing.ts';
import { mergeGraphs, type MergeResult } from './merge-graphs.ts';
import { migrateGraph } from '../format/migrate-graph.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';

const base = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      a: { type: 'number', version: 1, params: { value: 1, list: [1] } },
      b: { type: 'double', version: 2, params: {} },
      c: { type: 'double', version: 2, params: {} },
    },
    edges: ['a.value -> b.value', 'b.value -> c.value'],
    layout: { a: [0, 0], b: [100, 0], c: [200, 0] },
  }),
);
const merged = (base: Graph, ours: Graph, theirs: Graph): MergeResult =>
  mergeGraphs({ base, ours, theirs }, testRegistry);
/** Sets `"node.param"`. */
const set = (graph: Graph, at: string, value: unknown): Graph => {
  const [node = '', param = ''] = at.split('.');
  return setParam(graph, { node, param }, value);
};
const add = (graph: Graph, id: string, node: Partial<GraphNode> = {}): Graph => ({
  ...graph,
  nodes: { ...graph.nodes, [id]: { type: 'number', version: 1, params: {}, ...node } },
});
const wire = (graph: Graph, edge: string): Graph => connect(graph, parseEdge(edge));
const cut = (graph: Graph, edge: string): Graph => disconnect(graph, parseEdge(edge));
const edgesOf = (graph: Graph): string[] => graph.edges.map(formatEdge);

describe('mergeGraphs', () => {
  it('takes what only one side changed', () => {
    const ours = moveNodes(set(setTitle(base, 'b', 'Ours'), 'a.value', 2), {
      a: { x: 5, y: 5 },
    });
    const theirs = wire(
      add(set(base, 'a.list', [2]), 'd', { params: { value: 9 } }),
      'd.value -> x.y',
    );
    const { graph, conflicts } = merged(base, ours, theirs);
    expect(conflicts).toEqual([]);
    expect(graph.nodes['a']?.params).toEqual({ value: 2, list: [2] });
    expect(graph.nodes['b']?.title).toBe('Ours');
    expect(graph.nodes['d']?.params).toEqual({ value: 9 });
    expect(graph.layout['a']).toEqual({ x: 5, y: 5 });
    expect(edgesOf(graph)).toContain('d.value -> x.y');
    expect(serializeGraph(merged(base, theirs, ours).graph)).toBe(serializeGraph(graph));
  });

  it('keeps our value of a parameter that both changed, and says so', () => {
    const ours = set(base, 'a.value', 2);
    const theirs = set(set(base, 'a.value', undefined), 'a.list', []);
    const { graph, conflicts } = merged(base, ours, theirs);
    expect(graph.nodes['a']?.params).toEqual({ value: 2, list: [] });
    expect(conflicts).toEqual([
      {
        kind: 'param',
        location: { node: 'a', param: 'value' },
        message: 'We set it to 2 and they to its default (it was 1). We keep ours.',
      },
    ]);
  });

  it('removes a node with its edges and place when the other side left it alone', () => {
    const { graph, conflicts } = merged(base, removeNodes(base, ['c']), set(base, 'a.value', 3));
    expect(conflicts).toEqual([]);
    expect(Object.keys(graph.nodes)).toEqual(['a', 'b']);
    expect(edgesOf(graph)).toEqual(['a.value -> b.value']);
    expect(Object.keys(graph.layout)).toEqual(['a', 'b']);
  });

  it('keeps our side of a node that one removed and the other changed', () => {
    const changed = set(base, 'b.factor', 5);
    const removed = removeNodes(base, ['b']);
    const kept = merged(base, changed, removed);
    expect(kept.graph.nodes['b']?.params).toEqual({ factor: 5 });
    expect(edgesOf(kept.graph)).toEqual(edgesOf(base));
    expect(kept.graph.layout['b']).toEqual({ x: 100, y: 0 });
    expect(kept.conflicts).toMatchObject([{ kind: 'node', location: { node: 'b' } }]);
    const gone = merged(base, removed, changed);
    expect(gone.graph.nodes).not.toHaveProperty('b');
    expect(edgesOf(gone.graph)).toEqual([]);
    expect(gone.conflicts).toMatchObject([{ kind: 'node', location: { node: 'b' } }]);
  });

  it('takes where one side moved a node, and that the other folded it', () => {
    const moved = moveNodes(base, { a: { x: 5, y: 6 } });
    const folded = setCollapsed(base, ['a'], true);
    for (const [ours, theirs] of [
      [moved, folded],
      [folded, moved],
    ] as const) {
      const { graph } = merged(base, ours, theirs);
      expect(graph.layout['a']).toEqual({ x: 5, y: 6, collapsed: true });
    }
    const unfolded = setCollapsed(moved, ['a'], false);
    const { graph } = merged(folded, moveNodes(folded, { a: { x: 7, y: 8 } }), unfolded);
    expect(graph.layout['a']).toEqual({ x: 7, y: 8 });
  });

  it('drops an edge to a node that the other side removed, and says so', () => {
    const { graph, conflicts } = merged(
      base,
      wire(add(base, 'd', { type: 'add' }), 'c.value -> d.terms'),
      removeNodes(base, ['c']),
    );
    expect(edgesOf(graph)).toEqual(['a.value -> b.value']);
    expect(conflicts).toMatchObject([{ kind: 'edge', location: { node: 'd' } }]);
    expect(conflicts[0]?.message).toContain('"c.value -> d.terms"');
  });

  it('keeps our edge where both connected a single input anew', () => {
    const bare = cut(base, 'b.value -> c.value');
    const { graph, conflicts } = merged(
      base,
      wire(bare, 'a.value -> c.value'),
      wire(add(bare, 'd'), 'd.value -> c.value'),
    );
    expect(edgesOf(graph)).toEqual(['a.value -> b.value', 'a.value -> c.value']);
    expect(conflicts).toMatchObject([{ kind: 'edge', location: { node: 'c', port: 'value' } }]);
  });

  it('keeps the edges of both into an input that is known to take many', () => {
    const many = wire(
      wire(add(base, 's', { type: 'add' }), 'a.value -> s.terms'),
      'b.value -> s.terms',
    );
    const { graph, conflicts } = merged(
      many,
      wire(many, 'c.value -> s.terms'),
      wire(add(many, 'd'), 'd.value -> s.terms'),
    );
    expect(conflicts).toEqual([]);
    expect(edgesOf(graph).filter((edge) => edge.endsWith('s.terms'))).toHaveLength(4);
  });

  it('keeps our node whole where both added one under the same id', () => {
    const { graph, conflicts } = merged(
      base,
      add(base, 'd', { params: { value: 1 } }),
      add(base, 'd', { type: 'upper' }),
    );
    expect(graph.nodes['d']).toEqual({ type: 'number', version: 1, params: { value: 1 } });
    expect(conflicts).toMatchObject([{ kind: 'node', location: { node: 'd' } }]);
    expect(conflicts[0]?.message).toContain('we as number (version 1), they as upper (version 1)');
  });

  it('reports titles and unknown fields that both changed', () => {
    const withNote = (note: string): Graph => ({ ...base, extra: { note } });
    const { graph, conflicts } = merged(
      base,
      setTitle(withNote('x'), 'a', 'X'),
      setTitle(withNote('y'), 'a', 'Y'),
    );
    expect(graph.extra).toEqual({ note: 'x' });
    expect(graph.nodes['a']?.title).toBe('X');
    expect(conflicts.map(({ kind }) => kind)).toEqual(['title', 'field']);
  });

  it('reports a circle that only both sides together make', () => {
    const sums = add(add(base, 's', { type: 'add' }), 't', { type: 'add' });
    const { conflicts } = merged(
      sums,
      wire(sums, 's.sum -> t.terms'),
      wire(sums, 't.sum -> s.terms'),
    );
    expect(conflicts).toMatchObject([{ kind: 'cycle', location: { node: 's' } }]);
    expect(conflicts[0]?.message).toContain('s → t → s');
  });

  it('brings all sides to one version first, so that parameters of two never mix', () => {
    const version1 = (params: object, edges = ['a.value -> b.in']): Graph =>
      parseGraph(
        JSON.stringify({
          graft: 1,
          nodes: { a: { type: 'number', version: 1 }, b: { type: 'double', version: 1, params } },
          edges,
        }),
      );
    const ours = migrateGraph(version1({ times: 3 }), testRegistry);
    const { graph, conflicts } = merged(
      version1({ times: 3 }),
      ours,
      version1({ times: 4, threads: 2 }),
    );
    expect(conflicts).toEqual([]);
    expect(graph.nodes['b']).toEqual({
      type: 'double',
      version: 2,
      params: { factor: 4, threads: 2 },
    });
    expect(edgesOf(graph)).toEqual(['a.value -> b.value']);
  });
});

describe('the lock', () => {
  const locked = (graph: Graph, digest: string, size = 1): Graph => ({
    ...graph,
    lock: {
      models: { m: { digest, size } },
      files: { 'a.txt': { digest, size } },
      graphs: { lib: { digest, size } },
    },
  });

  it('is merged source by source', () => {
    const ours = { ...locked(base, '1'), lock: { ...locked(base, '1').lock, files: {} } };
    const { graph, conflicts } = merged(locked(base, '1'), ours, locked(base, '2'));
    expect(conflicts).toEqual([]);
    expect(graph.lock.models).toEqual({ m: { digest: '2', size: 1 } });
  });

  it('of a model or a graph that both took differently is a conflict, of data not', () => {
    const { graph, conflicts } = merged(locked(base, '1'), locked(base, '2'), locked(base, '3'));
    expect(graph.lock).toEqual(locked(base, '2').lock);
    expect(conflicts.map(({ kind, message }) => [kind, message])).toEqual([
      ['lock', 'Both sides locked the model "m" to different bytes. We keep ours.'],
      ['lock', 'Both sides locked the graph "lib" to different bytes. We keep ours.'],
    ]);
  });
});
