import { Adapter, reachable, type GraphBody } from '@graft/graph';
import { shapeOf } from '../document/node-shape.ts';

type Body = Pick<GraphBody, 'nodes' | 'edges'>;

/** Whether what a node computes depends on an adapter. */
export function hasAdapter({ nodes, edges }: Body, id: string): boolean {
  const before = new Set([id, ...reachable(edges, [id], 'before')]);
  return edges.some(({ source, sourcePort, target }) => {
    if (!before.has(target)) return false;
    return shapeOf(nodes[source])?.outputs[sourcePort]?.type.id === Adapter.id;
  });
}

/**
 * Nodes in the order in which they are compared, the base first: what comes before another in the graph, then what uses
 * no adapter, else the order in which they were chosen.
 */
export function baseFirst(ids: readonly string[], body: Body): readonly string[] {
  const facts = new Map(
    ids.map((id) => [
      id,
      { adapter: hasAdapter(body, id), after: reachable(body.edges, [id], 'after') },
    ]),
  );
  const isBefore = (a: string, b: string): boolean =>
    a !== b && facts.get(a)?.after.has(b) === true;
  const rank = (id: string): number => Number(facts.get(id)?.adapter ?? false);
  // How many of the others lead to a node keeps the order of chains, which comparing pairs would not.
  const depth = (id: string): number => ids.filter((other) => isBefore(other, id)).length;
  return ids.toSorted((a, b) => depth(a) - depth(b) || rank(a) - rank(b));
}
