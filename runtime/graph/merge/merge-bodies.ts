import {
  type MergeConflict,
  type BodySides,
  mergeRecords,
  mergeValues,
} from './three-way-merge.ts';
import { sameJson } from '../base/canonical-json.ts';
import { own, sortedKeys } from '../base/record.ts';
import { bendsOf, type Bends } from '../format/bends.ts';
import { formatEdge } from '../format/edge.ts';
import type { GraphBody, GraphNode, NodeLayout } from '../format/graph-body.ts';
import { topologicalOrder } from '../plan/topological-order.ts';
import { mergeAnnotations } from './merge-annotations.ts';
import { mergeEdges } from './merge-edges.ts';
import { mergeNode } from './merge-node.ts';

/**
 * Merges by node, parameter, edge, exposure, note, group and position; adds a `MergeConflict` wherever it kept ours.
 */
export function mergeBodies(sides: BodySides, conflicts: MergeConflict[]): GraphBody {
  const { base, ours, theirs } = sides;
  const { nodes, contested } = mergeNodes(sides, conflicts);
  const edges = mergeEdges({ ...sides, nodes, contested }, conflicts);
  const expose = mergeRecords(base.expose ?? {}, ours.expose ?? {}, theirs.expose ?? {});
  for (const name of expose.conflicts) {
    conflicts.push({
      kind: 'expose',
      location: {},
      message: `Both sides changed the exposed parameter "${name}". We keep ours.`,
    });
  }
  const fields = mergeRecords(base.extra ?? {}, ours.extra ?? {}, theirs.extra ?? {});
  for (const field of fields.conflicts) {
    conflicts.push({
      kind: 'field',
      location: {},
      message: `Both sides changed "${field}". We keep ours.`,
    });
  }
  const body: GraphBody = {
    nodes,
    edges,
    ...(Object.keys(expose.merged).length === 0 ? {} : { expose: expose.merged }),
    ...mergeAnnotations(sides, conflicts),
    layout: mergeLayout({ ...sides, nodes }),
    ...bendsOf({ edges, bends: mergeBends(sides) }),
    ...(Object.keys(fields.merged).length === 0 ? {} : { extra: fields.merged }),
  };
  for (const cycle of newCycles(body, [ours, theirs])) conflicts.push(cycle);
  return body;
}

/** `contested` are nodes that one side removed and the other changed. */
function mergeNodes(
  { base, ours, theirs }: BodySides,
  conflicts: MergeConflict[],
): { nodes: Record<string, GraphNode>; contested: ReadonlySet<string> } {
  const nodes: Record<string, GraphNode> = {};
  const contested = new Set<string>();
  for (const id of sortedKeys({ ...ours.nodes, ...theirs.nodes })) {
    const was = own(base.nodes, id);
    const mine = own(ours.nodes, id);
    const yours = own(theirs.nodes, id);
    if (mine !== undefined && yours !== undefined) {
      nodes[id] = mergeNode({ id, was, mine, yours }, conflicts);
      continue;
    }
    const { value, conflict } = mergeValues(was, mine, yours);
    if (value !== undefined) nodes[id] = value;
    if (!conflict) continue;
    contested.add(id);
    conflicts.push({
      kind: 'node',
      location: { node: id },
      message:
        mine === undefined
          ? 'We removed this node and they changed it. It stays removed.'
          : 'They removed this node and we changed it. We keep it, with our connections.',
    });
  }
  return { nodes, contested };
}

/** If both moved or collapsed a node, ours wins without a conflict, because results do not change. */
function mergeLayout(
  sides: BodySides & { readonly nodes: Readonly<Record<string, GraphNode>> },
): Record<string, NodeLayout> {
  const { base, ours, theirs, nodes } = sides;
  const layout: Record<string, NodeLayout> = {};
  for (const id of sortedKeys({ ...ours.layout, ...theirs.layout })) {
    const isThere = Object.hasOwn(nodes, id);
    if (!isThere && Object.hasOwn(base.nodes, id)) continue;
    const [was, mine, yours] = [base, ours, theirs].map((side) => own(side.layout, id));
    const place =
      mine === undefined || yours === undefined
        ? (mergeValues(was, mine, yours).value ?? (isThere ? (mine ?? yours) : undefined))
        : mergePlace(was, mine, yours);
    if (place !== undefined) layout[id] = place;
  }
  return layout;
}

/** Merges position and collapsed state separately. */
function mergePlace(was: NodeLayout | undefined, mine: NodeLayout, yours: NodeLayout): NodeLayout {
  const spots = [was, mine, yours].map((place) => place && { x: place.x, y: place.y });
  const spot = mergeValues(spots[0], spots[1], spots[2]).value ?? mine;
  const fold = mergeValues(was?.collapsed, mine.collapsed, yours.collapsed).value;
  return { x: spot.x, y: spot.y, ...(fold === undefined ? {} : { collapsed: fold }) };
}

/** If both bent an edge, ours wins, because results do not change. An edge of one side keeps its bends. */
function mergeBends({ base, ours, theirs }: BodySides): Bends {
  const [mine, yours] = [ours, theirs].map(({ edges }) => new Set(edges.map(formatEdge)));
  const shared = Object.entries(base.bends ?? {}).filter(
    ([edge]) => mine?.has(edge) === true && yours?.has(edge) === true,
  );
  return mergeRecords(Object.fromEntries(shared), ours.bends ?? {}, theirs.bends ?? {}).merged;
}

/** Cycles that neither side had. */
function newCycles(merged: GraphBody, sides: readonly GraphBody[]): MergeConflict[] {
  const { cycles } = topologicalOrder(sortedKeys(merged.nodes), merged.edges);
  if (cycles.length === 0) return [];
  const old = sides.flatMap((side) => topologicalOrder(sortedKeys(side.nodes), side.edges).cycles);
  return cycles
    .filter((cycle) => !old.some((other) => sameJson(other, cycle)))
    .map((cycle) => ({
      kind: 'cycle',
      location: { node: cycle[0] ?? '' },
      message: `The connections of both sides together form a cycle: ${[...cycle, cycle[0]].join(' → ')}. Remove one of them.`,
    }));
}
