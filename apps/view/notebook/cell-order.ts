import type { GraphBody, NodeLayout, Note } from '@graft/graph';

/**
 * The nodes of a graph in an order in which each stands below what feeds it; among those that could come next, the one that is
 * drawn further left, then higher. What stands in a circle comes last, as it is drawn.
 */
export function cellOrder({ nodes, edges, layout = {} }: GraphBody): readonly string[] {
  const placed = Object.keys(nodes).sort(
    (a, b) => compare(layout[a], layout[b]) || (a < b ? -1 : 1),
  );
  const rank = new Map(placed.map((id, at) => [id, at]));
  const open = new Map(placed.map((id) => [id, 0]));
  const followers = new Map<string, string[]>();
  for (const { source, target } of edges) {
    if (!open.has(source) || !open.has(target)) continue;
    open.set(target, (open.get(target) ?? 0) + 1);
    followers.set(source, [...(followers.get(source) ?? []), target]);
  }
  const order: string[] = [];
  const ready = placed.filter((id) => open.get(id) === 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    order.push(id);
    for (const follower of followers.get(id) ?? []) {
      const left = (open.get(follower) ?? 0) - 1;
      open.set(follower, left);
      if (left === 0) insert(ready, follower, rank);
    }
  }
  const listed = new Set(order);
  return [...order, ...placed.filter((id) => !listed.has(id))];
}

function compare(a: NodeLayout | undefined, b: NodeLayout | undefined): number {
  return (a?.x ?? 0) - (b?.x ?? 0) || (a?.y ?? 0) - (b?.y ?? 0);
}

/** Puts a node among those that wait, which are in the order of their places. */
function insert(ready: string[], id: string, rank: ReadonlyMap<string, number>): void {
  const own = rank.get(id) ?? 0;
  let [low, high] = [0, ready.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rank.get(ready[middle] ?? '') ?? 0) < own) low = middle + 1;
    else high = middle;
  }
  ready.splice(low, 0, id);
}

/** A note of the page, by its id. */
type Prose = readonly [id: string, note: Note];

/** The notes of a graph as prose: those about a node by that node, and those at the head of the page, each from the top down. */
export function proseOrder({ nodes, notes = {} }: GraphBody): {
  readonly head: readonly Prose[];
  readonly before: ReadonlyMap<string, readonly Prose[]>;
} {
  const placed = Object.entries(notes).sort(([, a], [, b]) => a.y - b.y || a.x - b.x);
  const head: Prose[] = [];
  const before = new Map<string, Prose[]>();
  for (const prose of placed) {
    const [, { about }] = prose;
    // A node that is gone leaves what was said of it.
    if (about === undefined || !Object.hasOwn(nodes, about)) head.push(prose);
    else before.set(about, [...(before.get(about) ?? []), prose]);
  }
  return { head, before };
}
