import { sameJson } from '../base/canonical-json.ts';
import { own, sortedKeys } from '../base/record.ts';

/** Three-way merge of one value; undefined is absence. On a conflict the value is ours. */
export function mergeValues<V>(
  base: V | undefined,
  ours: V | undefined,
  theirs: V | undefined,
): { readonly value: V | undefined; readonly conflict: boolean } {
  if (sameJson(ours, theirs) || sameJson(base, theirs)) return { value: ours, conflict: false };
  if (sameJson(base, ours)) return { value: theirs, conflict: false };
  return { value: ours, conflict: true };
}

/** Three-way merge of a record, key by key. `conflicts` are the keys on which ours was kept. */
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
