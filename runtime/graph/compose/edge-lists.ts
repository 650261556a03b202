import { byCodeUnit, own } from '../base/record.ts';
import { formatEdge, type Edge } from '../format/edge.ts';
import type { GraphBody, GraphNode } from '../format/graph-body.ts';
import { typeIn, type InterfaceContext } from '../plan/body-interface.ts';
import { paramFields } from '../params/param-fields.ts';

/** An edge after an edit, and its string before. */
export interface MovedEdge {
  readonly edge: Edge;
  readonly was: string;
}

/**
 * Keeps per-edge lists (adapter weights) aligned. Such lists follow the order of edge strings; if an edit changes these
 * strings, reorders the lists of the target nodes.
 */
export function reorderEdgeLists(
  body: GraphBody,
  moved: readonly MovedEdge[],
  context: InterfaceContext,
): GraphBody {
  const byTarget = new Map<string, MovedEdge[]>();
  for (const move of moved) {
    const list = byTarget.get(move.edge.target);
    if (list === undefined) byTarget.set(move.edge.target, [move]);
    else list.push(move);
  }
  const nodes: Record<string, GraphNode> = { ...body.nodes };
  let changed = false;
  for (const [id, into] of byTarget) {
    const node = own(nodes, id);
    const type = typeIn(body, id, context);
    if (node === undefined || type === undefined) continue;
    const params: Record<string, unknown> = { ...node.params };
    for (const { name, entryPerEdge } of paramFields(type)) {
      const list: unknown = own(node.params, name);
      if (entryPerEdge === undefined || !Array.isArray(list)) continue;
      const order = newOrder(into.filter(({ edge }) => edge.targetPort === entryPerEdge));
      if (order.length !== list.length) continue;
      const entries: readonly unknown[] = list;
      params[name] = order.map((from) => entries[from]);
      changed = true;
    }
    nodes[id] = { ...node, params };
  }
  return changed ? { ...body, nodes } : body;
}

/** For each edge in the new order, its position in the old order. */
function newOrder(edges: readonly MovedEdge[]): number[] {
  const before = [...edges].sort((a, b) => byCodeUnit(a.was, b.was));
  const after = [...edges].sort((a, b) => byCodeUnit(formatEdge(a.edge), formatEdge(b.edge)));
  return after.map((edge) => before.indexOf(edge));
}
