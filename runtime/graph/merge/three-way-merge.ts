import type { Location } from '../base/errors.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { sameJson } from '../base/canonical-json.ts';
import { own, sortedKeys } from '../base/record.ts';

/**
 * Something that both sides changed differently. The merged graph holds our side, unless the message says otherwise.
 */
export interface MergeConflict {
  readonly kind:
    | 'node'
    | 'title'
    | 'param'
    | 'field'
    | 'edge'
    | 'cycle'
    | 'expose'
    | 'note'
    | 'group'
    | 'graph'
    | 'lock';
  readonly location: Location;
  /** What both sides did, and which side stays. */
  readonly message: string;
}

/** The three sides of a merge. */
export interface BodySides {
  readonly base: GraphBody;
  readonly ours: GraphBody;
  readonly theirs: GraphBody;
}

/** Three-way merge of one value; undefined means absent. On a conflict the value is ours. */
export function mergeValues<V>(
  base: V | undefined,
  ours: V | undefined,
  theirs: V | undefined,
): { readonly value: V | undefined; readonly conflict: boolean } {
  if (sameJson(ours, theirs) || sameJson(base, theirs)) return { value: ours, conflict: false };
  if (sameJson(base, ours)) return { value: theirs, conflict: false };
  return { value: ours, conflict: true };
}

/** Three-way merge of a record, key by key. `conflicts` are the keys on which ours won. */
export function mergeRecords<V>(
  base: Readonly<Record<string, V>>,
  ours: Readonly<Record<string, V>>,
  theirs: Readonly<Record<string, V>>,
): { readonly merged: Readonly<Record<string, V>>; readonly conflicts: readonly string[] } {
  const merged: [string, V][] = [];
  const conflicts: string[] = [];
  for (const key of sortedKeys({ ...ours, ...theirs })) {
    const { value, conflict } = mergeValues(own(base, key), own(ours, key), own(theirs, key));
    if (value !== undefined) merged.push([key, value]);
    if (conflict) conflicts.push(key);
  }
  return { merged: Object.fromEntries(merged), conflicts };
}
