import { own } from '../base/record.ts';
import type { GraphBody, NodeLayout } from '../format/graph-body.ts';

/**
 * Everything on the canvas has one kind of key, so that selecting, moving, copying and removing treat it alike: a node
 * its id, a note `note:ID`, a group `group:ID`. No node id contains a colon.
 */
export const noteKey = (id: string): string => `note:${id}`;
export const groupKey = (id: string): string => `group:${id}`;

const idAfter = (prefix: string, key: string): string | undefined =>
  key.startsWith(prefix) ? key.slice(prefix.length) : undefined;

/** The note of a key; undefined for other keys. */
export const noteOfKey = (key: string): string | undefined => idAfter('note:', key);
export const groupOfKey = (key: string): string | undefined => idAfter('group:', key);

/** Whether a key is that of a node. */
export const isNodeKey = (key: string): boolean => !key.includes(':');

/** Position of a key's object; undefined if it does not exist or has none yet. */
export function placeOfKey(body: GraphBody, key: string): NodeLayout | undefined {
  const [note, group] = [noteOfKey(key), groupOfKey(key)];
  if (note !== undefined) return own(body.notes ?? {}, note);
  if (group !== undefined) return own(body.groups ?? {}, group);
  return own(body.layout, key);
}

/** Whether a key's object exists. */
export function hasKey(body: GraphBody, key: string): boolean {
  return isNodeKey(key) ? Object.hasOwn(body.nodes, key) : placeOfKey(body, key) !== undefined;
}

/** The keys of everything on the canvas. */
export function keysOf({ nodes, notes = {}, groups = {} }: GraphBody): readonly string[] {
  return [
    ...Object.keys(nodes),
    ...Object.keys(notes).map(noteKey),
    ...Object.keys(groups).map(groupKey),
  ];
}
