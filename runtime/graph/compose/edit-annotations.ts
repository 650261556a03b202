import { own } from '../base/record.ts';
import type { Group, Note } from '../format/annotation.ts';
import type { Graph } from '../format/graph.ts';
import { groupKey, noteKey } from './canvas-key.ts';
import { wholeAt } from './keyed-annotations.ts';
import { freeId } from '../base/names.ts';

/** Adds a note under a free id; `key` is its canvas key. */
export function addNote(graph: Graph, note: Note): { readonly graph: Graph; readonly key: string } {
  const notes = graph.notes ?? {};
  const id = freeId('note', (candidate) => Object.hasOwn(notes, candidate));
  return { graph: { ...graph, notes: { ...notes, [id]: wholeAt(note) } }, key: noteKey(id) };
}

/** Adds a group under a free id; `key` is its canvas key. */
export function addGroup(
  graph: Graph,
  group: Group,
): { readonly graph: Graph; readonly key: string } {
  const groups = graph.groups ?? {};
  const id = freeId('group', (candidate) => Object.hasOwn(groups, candidate));
  return { graph: { ...graph, groups: { ...groups, [id]: wholeAt(group) } }, key: groupKey(id) };
}

/** Changes fields of a note; returns the same graph if the note does not exist or nothing changes. */
export function changeNote(graph: Graph, id: string, fields: Partial<Note>): Graph {
  const note = own(graph.notes ?? {}, id);
  if (note === undefined || isSame(note, fields)) return graph;
  return { ...graph, notes: { ...graph.notes, [id]: wholeAt({ ...note, ...fields }) } };
}

/** Changes fields of a group; returns the same graph if the group does not exist or nothing changes. */
export function changeGroup(graph: Graph, id: string, fields: Partial<Group>): Graph {
  const group = own(graph.groups ?? {}, id);
  if (group === undefined || isSame(group, fields)) return graph;
  return { ...graph, groups: { ...graph.groups, [id]: wholeAt({ ...group, ...fields }) } };
}

function isSame(annotation: object, fields: object): boolean {
  const before = new Map<string, unknown>(Object.entries(annotation));
  return Object.entries(fields).every(([name, value]) => before.get(name) === value);
}
