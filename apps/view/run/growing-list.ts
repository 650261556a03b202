/**
 * A list that grows at its end. Versions share one array, so that appending to the newest costs the same
 * however long it is; appending to an older one copies, and no version ever changes.
 */
export interface GrowingList<T> {
  readonly length: number;
  /** Shared with other versions; what is behind `length` belongs to newer ones. Read it with `listed`. */
  readonly shared: T[];
}

export const emptyList: GrowingList<never> = { length: 0, shared: [] };

export function appended<T>({ length, shared }: GrowingList<T>, value: T): GrowingList<T> {
  const newest = length > 0 && length === shared.length;
  const values = newest ? shared : shared.slice(0, length);
  values.push(value);
  return { length: length + 1, shared: values };
}

/** The values of this version. */
export function listed<T>({ length, shared }: GrowingList<T>): readonly T[] {
  return shared.slice(0, length);
}
