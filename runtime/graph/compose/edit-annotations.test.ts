import { describe, expect, it } from 'vitest';
import type { Graph } from '../format/graph.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { testRegistry } from '../testing.ts';
import { addGroup, addNote, changeGroup, changeNote } from './edit-annotations.ts';
import { emptyGraph, moveNodes, removeNodes } from './graph-edit.ts';
import { duplicateNodes } from './duplicate-nodes.ts';
import { inlineSubgraph } from './inline-subgraph.ts';
import { makeSubgraph } from './make-subgraph.ts';

const note = { text: 'said', x: 10, y: 20, width: 100 };
const group = { title: 'All', x: 0, y: 0, width: 300, height: 200 };
const graph: Graph = {
  ...parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        one: { type: 'number', version: 1, params: { value: 1 } },
        two: { type: 'double', version: 1, params: {} },
      },
      layout: { one: [0, 0], two: [300, 0] },
    }),
  ),
  notes: { free: note, 'of-one': { ...note, about: 'one' } },
  groups: { all: group },
};

describe('edits of notes and groups', () => {
  it('adds under free ids, on whole pixels', () => {
    const first = addNote(emptyGraph, { ...note, x: 1.6 });
    const second = addNote(first.graph, note);
    expect([first.key, second.key]).toEqual(['note:note', 'note:note-2']);
    expect(second.graph.notes?.['note']?.x).toBe(2);
    expect(addGroup(graph, { ...group, height: 9.5 })).toMatchObject({
      key: 'group:group',
      graph: { groups: { all: group, group: { height: 10 } } },
    });
  });

  it('changes what is there, and gives the same graph where nothing changes', () => {
    expect(changeNote(graph, 'free', { text: 'other', height: 40.2 }).notes?.['free']).toEqual({
      ...note,
      ...{ text: 'other', height: 40 },
    });
    expect(changeNote(graph, 'free', { text: 'said' })).toBe(graph);
    expect(changeNote(graph, 'gone', { text: 'other' })).toBe(graph);
    expect(changeGroup(graph, 'all', { title: 'All' })).toBe(graph);
    expect(changeGroup(graph, 'all', { title: 'Some' }).groups?.['all']?.title).toBe('Some');
  });

  it('removes by key; a note about a node that goes stays, and is about none', () => {
    expect(removeNodes(graph, ['group:all']).nodes).toEqual(graph.nodes);
    expect(removeNodes(graph, ['group:all', 'note:free', 'note:of-one'])).not.toHaveProperty(
      'notes',
    );
    const left = removeNodes(graph, ['one', 'note:free']);
    expect(left.notes).toEqual({ 'of-one': note });
    expect(left.groups).toEqual({ all: group });
  });

  it('moves and copies by key', () => {
    const moved = moveNodes(graph, { 'note:free': { x: 1.2, y: 2 }, 'group:all': { x: 3, y: 4 } });
    expect(moved.notes?.['free']).toEqual({ ...note, x: 1, y: 2 });
    expect(moved.groups?.['all']).toEqual({ ...group, x: 3, y: 4 });
    expect(moved.layout).toEqual(graph.layout);
    const { graph: copied, keys } = duplicateNodes(graph, ['one', 'note:of-one', 'group:all']);
    expect(keys).toEqual(['one-2', 'note:of-one-2', 'group:all-2']);
    expect(copied.notes?.['of-one-2']).toEqual({ ...note, x: 50, y: 60, about: 'one-2' });
    expect(duplicateNodes(graph, ['note:of-one']).graph.notes?.['of-one-2']).not.toHaveProperty(
      'about',
    );
  });

  it('takes notes about its nodes into a subgraph, with what is selected, and brings them back', () => {
    const context = { registry: testRegistry };
    const made = makeSubgraph(graph, { nodes: ['one', 'group:all'] }, context).graph;
    expect(made.notes).toEqual({ free: note });
    expect(made).not.toHaveProperty('groups');
    expect(made.graphs?.['subgraph']).toMatchObject({
      notes: { 'of-one': { ...note, about: 'one' } },
      groups: { all: group },
    });
    const back = inlineSubgraph(made, { node: 'subgraph' }, context).graph;
    expect(back.notes).toEqual({ free: note, 'of-one': { ...note, about: 'one' } });
    expect(back.groups).toEqual({ all: group });
    expect(back).not.toHaveProperty('graphs');
  });
});
