import type { GraphBody, Note } from '@graft/graph';

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
