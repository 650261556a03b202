import { sameJson } from '../base/canonical-json.ts';
import { own, sortedKeys } from '../base/record.ts';

/** A value before and after; undefined if absent. */
export interface ValueChange {
  readonly before: unknown;
  readonly after: unknown;
}

/** Keys whose values differ, sorted, with both values. */
export function changedKeys<V>(
  a: Readonly<Record<string, V>>,
  b: Readonly<Record<string, V>>,
): { key: string; before: V | undefined; after: V | undefined }[] {
  return sortedKeys({ ...a, ...b }).flatMap((key) => {
    const before = own(a, key);
    const after = own(b, key);
    return sameJson(before, after) ? [] : { key, before, after };
  });
}
