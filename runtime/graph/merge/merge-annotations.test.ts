import { describe, expect, it } from 'vitest';
import type { Annotations } from '../format/annotation.ts';
import type { Graph } from '../format/graph.ts';
import { emptyGraph } from '../compose/graph-edit.ts';
import { testRegistry } from '../testing.ts';
import { diffGraphs } from './diff-graphs.ts';
import { formatDiff } from './format-diff.ts';
import { mergeGraphs } from './merge-graphs.ts';

const note = { text: 'said', x: 0, y: 0, width: 100 };
const group = { title: 'All', x: 0, y: 0, width: 300, height: 200 };
const graph = (said: Annotations): Graph => ({ ...emptyGraph, ...said });
const base = graph({ notes: { a: note }, groups: { g: group } });
const merge = (ours: Graph, theirs: Graph, from = base) =>
  mergeGraphs({ base: from, ours, theirs }, testRegistry);

describe('a three-way merge of notes and groups', () => {
  it('takes each field from the side that changed it', () => {
    const { graph: merged, conflicts } = merge(
      graph({ notes: { a: { ...note, text: 'ours' } }, groups: { g: { ...group, x: 5, y: 6 } } }),
      graph({
        notes: { a: { ...note, x: 9, about: 'chunk' } },
        groups: { g: { ...group, title: 'Theirs' } },
      }),
    );
    expect(conflicts).toEqual([]);
    expect(merged.notes).toEqual({ a: { ...note, text: 'ours', x: 9, about: 'chunk' } });
    expect(merged.groups).toEqual({ g: { ...group, title: 'Theirs', x: 5, y: 6 } });
  });

  it('keeps our text where both wrote, and says so; our place without a word', () => {
    const { graph: merged, conflicts } = merge(
      graph({ notes: { a: { ...note, text: 'ours', x: 1 } }, groups: { g: group } }),
      graph({ notes: { a: { ...note, text: 'theirs', x: 2 } }, groups: { g: group } }),
    );
    expect(merged.notes).toEqual({ a: { ...note, text: 'ours', x: 1 } });
    expect(conflicts).toEqual([
      {
        kind: 'note',
        location: { field: 'notes.a.text' },
        message: 'Both sides changed "text" of this note. We keep ours.',
      },
    ]);
  });

  it('takes where one side moved a group, and how large the other made it', () => {
    const { graph: merged } = merge(
      graph({ notes: { a: { ...note, x: 4 } }, groups: { g: { ...group, height: 400 } } }),
      graph({ notes: { a: { ...note, width: 50 } }, groups: { g: { ...group, x: 5 } } }),
    );
    expect(merged.notes).toEqual({ a: { ...note, x: 4, width: 50 } });
    expect(merged.groups).toEqual({ g: { ...group, x: 5, height: 400 } });
  });

  it('keeps both where both added one', () => {
    const { graph: merged, conflicts } = merge(
      graph({ notes: { note: { ...note, text: 'ours' } } }),
      graph({ notes: { note: { ...note, text: 'theirs' } } }),
      emptyGraph,
    );
    expect(conflicts).toEqual([]);
    expect(merged.notes).toMatchObject({ note: { text: 'ours' }, 'note-2': { text: 'theirs' } });
  });

  it('lets what one side removed go, unless the other wrote in it', () => {
    const without = graph({ groups: { g: group } });
    const moved = graph({ notes: { a: { ...note, x: 7 } }, groups: { g: group } });
    expect(merge(without, moved)).toEqual({ graph: without, conflicts: [], changed: [] });
    const written = graph({ notes: { a: { ...note, text: 'new' } }, groups: { g: group } });
    expect(merge(without, written).graph.notes).toBeUndefined();
    expect(merge(without, written).conflicts).toMatchObject([{ location: { field: 'notes.a' } }]);
    expect(merge(written, without).graph.notes).toEqual(written.notes);
    expect(merge(written, without).conflicts).toHaveLength(1);
  });
});

it('differences of notes and groups are told, and moves beside those of nodes', () => {
  const after = graph({
    notes: { a: { ...note, text: 'other', x: 3, y: 4 }, b: { ...note, text: 'new' } },
  });
  expect(formatDiff(diffGraphs(base, after))).toEqual([
    'note "a": text "said" → "other"',
    'added note "b": "new"',
    'removed group "g": "All"',
    'moved 1 note (no result changes)',
  ]);
});
