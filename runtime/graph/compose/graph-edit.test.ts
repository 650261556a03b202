import { describe, expect, it } from 'vitest';
import { formatEdge, parseEdge } from '../format/edge.ts';
import { meaningDigest } from '../format/graph-meaning.ts';
import { GraphError } from '../base/errors.ts';
import {
  connect,
  disconnect,
  emptyGraph,
  moveNodes,
  removeNodes,
  setBypass,
  setCollapsed,
  setParam,
  setTitle,
  addNode,
} from './graph-edit.ts';
import { duplicateNodes } from './duplicate-nodes.ts';
import { bypassRefusal } from '../plan/pass-through.ts';
import { Documents } from '../rows/port-types.ts';
import { addNode as sum, doubleNode, numberNode } from '../testing.ts';

const origin = { x: 0, y: 0 };
function sample() {
  let { graph } = addNode(emptyGraph, numberNode, { x: 1.6, y: -2.2 });
  ({ graph } = addNode(graph, doubleNode, origin));
  ({ graph } = addNode(graph, sum, origin));
  graph = connect(graph, parseEdge('number.value -> double.value'));
  return connect(graph, parseEdge('double.value -> add.terms'));
}

describe('editing a graph', () => {
  it('adds nodes under readable ids, with their defaults, on whole pixels', () => {
    const graph = sample();
    expect(graph.nodes['double']).toEqual({
      type: 'double',
      version: 2,
      params: { factor: 2, threads: 1 },
    });
    expect(graph.layout['number']).toEqual({ x: 2, y: -2 });
    const second = addNode(graph, numberNode, origin);
    const third = addNode(second.graph, numberNode, origin);
    expect([second.id, third.id]).toEqual(['number-2', 'number-3']);
    expect(graph.nodes).not.toHaveProperty('number-2');
  });

  it('removes nodes with their edges and places', () => {
    const graph = removeNodes(sample(), ['double', 'not-there']);
    expect(Object.keys(graph.nodes)).toEqual(['number', 'add']);
    expect(Object.keys(graph.layout)).toEqual(['number', 'add']);
    expect(graph.edges).toEqual([]);
  });

  it('folds cards, which stay folded when they are moved or copied, and computes nothing else by it', () => {
    const folded = setCollapsed(sample(), ['double', 'not-there'], true);
    expect(folded.layout['double']).toEqual({ ...origin, collapsed: true });
    expect(Object.keys(folded.layout)).toEqual(Object.keys(sample().layout));
    const moved = moveNodes(folded, { double: { x: 5, y: 6 } });
    expect(moved.layout['double']).toEqual({ x: 5, y: 6, collapsed: true });
    expect(duplicateNodes(moved, ['double']).graph.layout['double-2']).toEqual({
      ...{ x: 45, y: 46 },
      collapsed: true,
    });
    expect(meaningDigest(folded)).toBe(meaningDigest(sample()));
    expect(setCollapsed(folded, ['double'], false)).toEqual(sample());
  });

  it('connects once, in order, and disconnects', () => {
    const edge = parseEdge('number.value -> add.terms');
    const graph = connect(connect(sample(), edge), edge);
    expect(graph.edges.map(formatEdge)).toEqual([
      'double.value -> add.terms',
      'number.value -> add.terms',
      'number.value -> double.value',
    ]);
    expect(disconnect(graph, edge)).toEqual(sample());
  });

  it('sets and unsets parameters and titles', () => {
    const graph = setTitle(
      setParam(sample(), { node: 'number', param: 'value' }, 7),
      'number',
      'N',
    );
    expect(graph.nodes['number']).toMatchObject({ title: 'N', params: { value: 7 } });
    const bare = setTitle(
      setParam(graph, { node: 'number', param: 'value' }, undefined),
      'number',
      '',
    );
    expect(bare.nodes['number']).toEqual({ type: 'number', version: 1, params: {} });
    expect(() => setTitle(graph, 'constructor', 'x')).toThrow(GraphError);
  });

  it('switches nodes off and on again', () => {
    const off = setBypass(sample(), ['number', 'double'], true);
    expect(off.nodes['double']?.bypass).toBe(true);
    expect(off.nodes['add']).not.toHaveProperty('bypass');
    expect(setBypass(off, ['number', 'double'], false)).toEqual(sample());
  });

  it('refuses to switch off what is taken and passes nothing on', () => {
    expect(bypassRefusal(doubleNode, true)).toBeUndefined();
    // A source counts as not connected.
    expect(bypassRefusal(numberNode, true)).toBeUndefined();
    const other = { ...doubleNode, outputs: { text: { type: Documents, doc: '' } } };
    expect(bypassRefusal(other, true)).toContain('none of its outputs has the type of an input');
    expect(bypassRefusal(other, false)).toBeUndefined();
  });

  it('moves what is there', () => {
    const graph = moveNodes(sample(), { add: { x: 9.5, y: 0 }, nowhere: origin });
    expect(graph.layout['add']).toEqual({ x: 10, y: 0 });
    expect(graph.layout).not.toHaveProperty('nowhere');
  });

  it('copies nodes with the edges among them', () => {
    const first = duplicateNodes(sample(), ['number', 'double', 'not-there']);
    expect([...first.ids]).toEqual([
      ['number', 'number-2'],
      ['double', 'double-2'],
    ]);
    expect(first.graph.edges.map(formatEdge)).toContain('number-2.value -> double-2.value');
    expect(first.graph.edges).toHaveLength(3);
    expect(first.graph.layout['number-2']).toEqual({ x: 42, y: 38 });
    const again = duplicateNodes(first.graph, ['number-2']);
    expect(again.ids.get('number-2')).toBe('number-3');
  });
});
