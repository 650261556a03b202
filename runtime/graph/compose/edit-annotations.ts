import { own } from '../base/record.ts';
import { annotationsOf, type Annotations, type Group, type Note } from '../format/annotation.ts';
import type { Graph, NodeLayout } from '../format/graph.ts';
import { wholePixel } from '../format/whole-pixel.ts';
import { groupKey, noteKey } from './canvas-key.ts';
import { freeId } from '../base/free-id.ts';

/** Adds a note under an id that is free; `key` is what it goes by on the canvas. */
export function addNote(graph: Graph, note: Note): { readonly graph: Graph; readonly key: string } {
  const notes = graph.notes ?? {};
  const id = freeId('note', (one) => Object.hasOwn(notes, one));
  return { graph: { ...graph, notes: { ...notes, [id]: wholeAt(note) } }, key: noteKey(id) };
}

/** Adds a group under an id that is free; `key` is what it goes by on the canvas. */
export function addGroup(
  graph: Graph,
  group: Group,
): { readonly graph: Graph; readonly key: string } {
  const groups = graph.groups ?? {};
  const id = freeId('group', (one) => Object.hasOwn(groups, one));
  return { graph: { ...graph, groups: { ...groups, [id]: wholeAt(group) } }, key: groupKey(id) };
}

/** Changes fields of a note; the same graph where there is no such note, or nothing of it changes. */
export function changeNote(graph: Graph, id: string, fields: Partial<Note>): Graph {
  const note = own(graph.notes ?? {}, id);
  if (note === undefined || isSame(note, fields)) return graph;
  return { ...graph, notes: { ...graph.notes, [id]: wholeAt({ ...note, ...fields }) } };
}

/** Changes fields of a group; the same graph where there is no such group, or nothing of it changes. */
export function changeGroup(graph: Graph, id: string, fields: Partial<Group>): Graph {
  const group = own(graph.groups ?? {}, id);
  if (group === undefined || isSame(group, fields)) return graph;
  return { ...graph, groups: { ...graph.groups, [id]: wholeAt({ ...group, ...fields }) } };
}

/** Notes and groups without those of some keys; a note about a node that goes stays, and is about none. */
export function withoutKeys(from: Annotations, gone: ReadonlySet<string>): Annotations {
  const kept = <V>(record: Readonly<Record<string, V>>, key: (id: string) => string) =>
    Object.entries(record).filter(([id]) => !gone.has(key(id)));
  const notes = kept(from.notes ?? {}, noteKey).map(([id, note]): [string, Note] => [
    id,
    note.about !== undefined && gone.has(note.about) ? aboutNone(note) : note,
  ]);
  return annotationsOf({
    notes: Object.fromEntries(notes),
    groups: Object.fromEntries(kept(from.groups ?? {}, groupKey)),
  });
}

/** Notes and groups without some of them. */
export function without(from: Annotations, gone: Annotations): Annotations {
  const keys = [
    ...Object.keys(gone.notes ?? {}).map(noteKey),
    ...Object.keys(gone.groups ?? {}).map(groupKey),
  ];
  return withoutKeys(from, new Set(keys));
}

/** Notes and groups at new places, given by key. */
export function atPlaces(
  from: Annotations,
  places: Readonly<Record<string, NodeLayout>>,
): Annotations {
  const moved = <V extends Note | Group>(
    record: Readonly<Record<string, V>>,
    key: (id: string) => string,
  ): Record<string, V> =>
    Object.fromEntries(
      Object.entries(record).map(([id, one]): [string, V] => {
        const place = own(places, key(id));
        return [id, place === undefined ? one : wholeAt({ ...one, x: place.x, y: place.y })];
      }),
    );
  return annotationsOf({
    notes: moved(from.notes ?? {}, noteKey),
    groups: moved(from.groups ?? {}, groupKey),
  });
}

/** Those notes and groups whose key, or the note itself, is wanted. */
export function pickAnnotations(
  from: Annotations,
  isWanted: (key: string, about?: string) => boolean,
): Annotations {
  const notes = Object.entries(from.notes ?? {}).filter(([id, { about }]) =>
    isWanted(noteKey(id), about),
  );
  const groups = Object.entries(from.groups ?? {}).filter(([id]) => isWanted(groupKey(id)));
  return annotationsOf({
    notes: Object.fromEntries(notes),
    groups: Object.fromEntries(groups),
  });
}

/** What notes and groups are brought to. */
interface Destination {
  readonly into: Annotations;
  /** Of the nodes that come along, the ids that they get: a note about another is about none there. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly shift: NodeLayout;
}

/** Adds notes and groups to others under ids that are free. `keys` are what those that were added go by. */
export function bringAnnotations(
  from: Annotations,
  { into, nodes, shift }: Destination,
): { readonly annotations: Annotations; readonly keys: readonly string[] } {
  const keys: string[] = [];
  const free = (id: string, record: object): string =>
    freeId(id.replace(/-\d+$/, ''), (one) => Object.hasOwn(record, one));
  const at = ({ x, y }: NodeLayout): NodeLayout => ({ x: x + shift.x, y: y + shift.y });
  const notes: Record<string, Note> = { ...into.notes };
  for (const [id, note] of Object.entries(from.notes ?? {})) {
    const about = note.about === undefined ? undefined : nodes.get(note.about);
    const copy = free(id, notes);
    notes[copy] = wholeAt({
      ...aboutNone(note),
      ...at(note),
      ...(about === undefined ? {} : { about }),
    });
    keys.push(noteKey(copy));
  }
  const groups: Record<string, Group> = { ...into.groups };
  for (const [id, group] of Object.entries(from.groups ?? {})) {
    const copy = free(id, groups);
    groups[copy] = wholeAt({ ...group, ...at(group) });
    keys.push(groupKey(copy));
  }
  return { annotations: annotationsOf({ notes, groups }), keys };
}

function aboutNone({ about: _about, ...note }: Note): Note {
  return note;
}

function isSame(one: object, fields: object): boolean {
  const before = new Map<string, unknown>(Object.entries(one));
  return Object.entries(fields).every(([name, value]) => before.get(name) === value);
}

/** On whole pixels, as files hold it. */
function wholeAt<V extends Note | Group>(one: V): V {
  const { x, y, width, height } = one;
  return {
    ...one,
    x: wholePixel(x),
    y: wholePixel(y),
    width: wholePixel(width),
    ...(height === undefined ? {} : { height: wholePixel(height) }),
  };
}
