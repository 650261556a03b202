import { isRecord } from '@graft/graph';

/** A name with what stands beside it, as it is being written. */
export interface Pair {
  readonly name: string;
  readonly value: unknown;
}

export function pairsOf(value: unknown): Pair[] {
  return isRecord(value)
    ? Object.entries(value).map(([name, each]) => ({ name, value: each }))
    : [];
}

/** Names that stand more than once. */
export function repeatedNames(pairs: readonly Pair[]): string[] {
  const names = pairs.map(({ name }) => name);
  return [...new Set(names.filter((name, at) => name !== '' && names.indexOf(name) < at))];
}

/** What is written so far: without pairs that lack their name or number; of a name that stands twice, the first. */
export function recordOf(
  pairs: readonly Pair[],
  { numbers }: { readonly numbers: boolean },
): Readonly<Record<string, unknown>> {
  const record = new Map<string, unknown>();
  for (const { name, value } of pairs) {
    const isWhole = name !== '' && !(numbers && value === '');
    if (isWhole && !record.has(name)) record.set(name, value);
  }
  return Object.fromEntries(record);
}
