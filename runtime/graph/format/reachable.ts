import type { Edge } from './edge.ts';

/** Some nodes and all that they feed (`after`), or all that feeds them (`before`), however far away. */
export function reachable(
  edges: readonly Edge[],
  from: Iterable<string>,
  side: 'before' | 'after',
): Set<string> {
  const next = new Map<string, string[]>();
  for (const { source, target } of edges) {
    const [near, far] = side === 'after' ? [source, target] : [target, source];
    const list = next.get(near);
    if (list === undefined) next.set(near, [far]);
    else list.push(far);
  }
  const found = new Set(from);
  // A Set's iteration reaches what is added on the way.
  for (const id of found) for (const one of next.get(id) ?? []) found.add(one);
  return found;
}
