import type { Edge } from '../format/edge.ts';

export interface TopologicalOrder {
  /** Node ids, each after all that it depends on: by depth, then by id. Nodes on or below a cycle are absent. */
  readonly order: readonly string[];
  /** The cycles, each from its smallest id along its edges; disjoint. Empty for a valid graph. */
  readonly cycles: readonly (readonly string[])[];
}

/**
 * Orders nodes by Kahn's algorithm, level by level; the order depends only on ids and edges. Ignores edges at ids
 * outside `ids`. O(n log n + edges); `ids` must be sorted.
 */
export function topologicalOrder(ids: readonly string[], edges: readonly Edge[]): TopologicalOrder {
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const waiting = new Int32Array(ids.length);
  const targets: number[][] = ids.map(() => []);
  const sources: number[][] = ids.map(() => []);
  for (const edge of edges) {
    const source = indexOf.get(edge.source);
    const target = indexOf.get(edge.target);
    if (source === undefined || target === undefined) continue;
    targets[source]?.push(target);
    sources[target]?.push(source);
    waiting[target] = (waiting[target] ?? 0) + 1;
  }

  const order: string[] = [];
  let level = ids.flatMap((_, index) => (waiting[index] === 0 ? [index] : []));
  while (level.length > 0) {
    const next: number[] = [];
    for (const index of level) {
      order.push(ids[index] ?? '');
      for (const target of targets[index] ?? []) {
        const left = (waiting[target] ?? 0) - 1;
        waiting[target] = left;
        if (left === 0) next.push(target);
      }
    }
    level = next.sort((a, b) => a - b);
  }
  const cycles = order.length === ids.length ? [] : findCycles(waiting, sources);
  return { order, cycles: cycles.map((cycle) => cycle.map((index) => ids[index] ?? '')) };
}

/**
 * Every remaining node has a remaining source, so walking from source to source must end in a cycle. Each walk stops at
 * nodes seen before, so the total is linear.
 */
function findCycles(waiting: Int32Array, sources: readonly (readonly number[])[]): number[][] {
  const cycles: number[][] = [];
  const walkOf = new Int32Array(waiting.length);
  for (let start = 0; start < waiting.length; start++) {
    if ((waiting[start] ?? 0) === 0 || walkOf[start] !== 0) continue;
    const walk = start + 1;
    const path: number[] = [];
    let at: number | undefined = start;
    while (at !== undefined && walkOf[at] === 0) {
      walkOf[at] = walk;
      path.push(at);
      at = sources[at]?.find((source) => (waiting[source] ?? 0) > 0);
    }
    if (at === undefined || walkOf[at] !== walk) continue;
    const cycle = path.slice(path.indexOf(at)).reverse();
    const first = cycle.indexOf(cycle.reduce((least, index) => Math.min(least, index)));
    cycles.push([...cycle.slice(first), ...cycle.slice(0, first)]);
  }
  return cycles;
}
