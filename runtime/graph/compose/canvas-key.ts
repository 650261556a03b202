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
