import type { GraphBody, Note } from '@graft/graph';
import { groupsOf } from '../layout/node-groups.ts';

/**
 * The nodes of a graph in an order in which each stands below what feeds it, and those of a group on the canvas together,
 * unless a node outside stands between them. Among those that could come next, the one that is drawn further left, then
 * higher. What stands in a circle comes last, as it is drawn.
 */
export function cellOrder(body: GraphBody): readonly string[] {
  const { nodes, edges, layout = {} } = body;
  const placed = Object.keys(nodes).sort((a, b) => {
    const [left, right] = [layout[a], layout[b]];
    return (left?.x ?? 0) - (right?.x ?? 0) || (left?.y ?? 0) - (right?.y ?? 0) || (a < b ? -1 : 1);
  });
  const groups = new Map(groupsOf(body));
  for (;;) {
    const units = new Map<string, string[]>();
    const unitOf = (id: string): string => {
      const group = groups.get(id);
      return group === undefined ? `node ${id}` : `group ${group}`;
    };
    for (const id of placed) units.set(unitOf(id), [...(units.get(unitOf(id)) ?? []), id]);
    const between = edges.map(({ source, target }) => [unitOf(source), unitOf(target)] as const);
    const { order, rest } = downwards([...units.keys()], between);
    const torn = inCircles(rest, between).find((unit) => (units.get(unit) ?? []).length > 1);
    if (torn === undefined) {
      const within = edges.map(({ source, target }) => [source, target] as const);
      return [...order, ...rest].flatMap((unit) => {
        const inner = downwards(units.get(unit) ?? [], within);
        return [...inner.order, ...inner.rest];
      });
    }
    for (const id of units.get(torn) ?? []) groups.delete(id);
  }
}

/** Keys in an order in which each stands below what leads to it, else as they come; and those in a circle or after one. */
function downwards(
  keys: readonly string[],
  pairs: readonly (readonly [from: string, to: string])[],
): { readonly order: readonly string[]; readonly rest: readonly string[] } {
  const rank = new Map(keys.map((key, at) => [key, at]));
  const open = new Map(keys.map((key) => [key, 0]));
  const followers = new Map<string, string[]>();
  for (const [from, to] of pairs) {
    if (from === to || !open.has(from) || !open.has(to)) continue;
    open.set(to, (open.get(to) ?? 0) + 1);
    followers.set(from, [...(followers.get(from) ?? []), to]);
  }
  const order: string[] = [];
  const ready = keys.filter((key) => open.get(key) === 0);
  for (let key = ready.shift(); key !== undefined; key = ready.shift()) {
    order.push(key);
    for (const follower of followers.get(key) ?? []) {
      const left = (open.get(follower) ?? 0) - 1;
      open.set(follower, left);
      if (left === 0) insert(ready, follower, rank);
    }
  }
  const listed = new Set(order);
  return { order, rest: keys.filter((key) => !listed.has(key)) };
}

/** Of the rest of `downwards`, what stands in a circle or between two: what leads to nothing of the rest is left out. */
function inCircles(
  rest: readonly string[],
  pairs: readonly (readonly [from: string, to: string])[],
): readonly string[] {
  const upwards = pairs.map(([from, to]) => [to, from] as const);
  return downwards(rest, upwards).rest;
}

/** Puts a key among those that wait, which are in the order of their ranks. */
function insert(ready: string[], key: string, rank: ReadonlyMap<string, number>): void {
  const own = rank.get(key) ?? 0;
  let [low, high] = [0, ready.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rank.get(ready[middle] ?? '') ?? 0) < own) low = middle + 1;
    else high = middle;
  }
  ready.splice(low, 0, key);
}

/** Cells that follow each other under the title of a group; without one, those in no group. */
export interface CellSection {
  /** The group, and which of its sections it is; the same while other sections come and go. */
  readonly key: string;
  readonly title?: string;
  readonly ids: readonly string[];
}

/** The nodes in the order of `cellOrder`, under the titles of their groups. A group that is torn apart is named again. */
export function cellSections(body: GraphBody): readonly CellSection[] {
  const groups = groupsOf(body);
  const sections: { readonly group: string | undefined; readonly ids: string[] }[] = [];
  for (const id of cellOrder(body)) {
    const group = groups.get(id);
    const last = sections.at(-1);
    if (last !== undefined && last.group === group) last.ids.push(id);
    else sections.push({ group, ids: [id] });
  }
  const seen = new Map<string | undefined, number>();
  return sections.map(({ group, ids }) => {
    const nth = seen.get(group) ?? 0;
    seen.set(group, nth + 1);
    const key = `${String(nth)} ${group ?? ''}`;
    const title = body.groups?.[group ?? '']?.title.trim() ?? '';
    if (group === undefined || title === '') return { key, ids };
    return { key, title: nth > 0 ? `${title} (continued)` : title, ids };
  });
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
