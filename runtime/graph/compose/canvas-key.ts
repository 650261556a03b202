import { own } from '../base/record.ts';
import type { GraphBody, NodeLayout } from '../format/graph-body.ts';

/**
 * All that stands on the canvas goes by one kind of key, so that it is selected, moved, copied and removed together: a node
 * by its id, a note as `note:ID`, a group as `group:ID`. No node's id has a colon.
 */
export const noteKey = (id: string): string => `note:${id}`;
export const groupKey = (id: string): string => `group:${id}`;

const idAfter = (prefix: string, key: string): string | undefined =>
  key.startsWith(prefix) ? key.slice(prefix.length) : undefined;

/** The note that a key means; undefined where it means something else. */
export const noteOfKey = (key: string): string | undefined => idAfter('note:', key);
export const groupOfKey = (key: string): string | undefined => idAfter('group:', key);

/** Whether a key means a node. */
export const isNodeKey = (key: string): boolean => !key.includes(':');

/** Where what a key means stands; undefined where there is no such thing, or it has no place yet. */
export function placeOfKey(body: GraphBody, key: string): NodeLayout | undefined {
  const [note, group] = [noteOfKey(key), groupOfKey(key)];
  if (note !== undefined) return own(body.notes ?? {}, note);
  if (group !== undefined) return own(body.groups ?? {}, group);
  return own(body.layout, key);
}

/** Whether there is what a key means. */
export function hasKey(body: GraphBody, key: string): boolean {
  return isNodeKey(key) ? Object.hasOwn(body.nodes, key) : placeOfKey(body, key) !== undefined;
}

/** The keys of all that stands on the canvas. */
export function keysOf({ nodes, notes = {}, groups = {} }: GraphBody): readonly string[] {
  return [
    ...Object.keys(nodes),
    ...Object.keys(notes).map(noteKey),
    ...Object.keys(groups).map(groupKey),
  ];
}
