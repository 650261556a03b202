import { sameJson } from '../base/canonical-json.ts';
import type { Location } from '../base/errors.ts';
import type { Graph, GraphNode, NodeLayout } from '../format/graph.ts';
import { migrateAll } from '../format/migrate-graph.ts';
import type { Registry } from '../types/node-type.ts';
import { mergeEdges } from './merge-edges.ts';
import { mergeExperiments } from './merge-experiments.ts';
import { mergeNode } from './merge-node.ts';
import { mergeRecords, mergeValues } from './merge-values.ts';
import { own, sortedKeys } from '../base/record.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import { topologicalOrder } from '../plan/topological-order.ts';

/** Something on which both sides differ. The merged graph has our side of it, unless it says otherwise. */
export interface MergeConflict {
  readonly kind: 'node' | 'title' | 'param' | 'field' | 'edge' | 'cycle';
  readonly location: Location;
  /** What both did and what was kept. */
  readonly message: string;
}

export interface MergeResult {
  readonly graph: Graph;
  readonly conflicts: readonly MergeConflict[];
}

/**
 * Three-way merge by node, parameter, edge and place. What only one side changed is taken; where both
 * changed the same thing differently, ours stays and the conflict is reported. All sides are brought to the
 * registry's versions first: parameters and ports of two versions have other names, and do not mix. Throws GraphError
 * `bad-param` only for graphs that could not be saved.
 */
export function mergeGraphs(written: Sides, registry: Registry): MergeResult {
  const [baseText, ourText, theirText] = textsOf(written);
  if (ourText === theirText || baseText === theirText)
    return { graph: written.ours, conflicts: [] };
  if (baseText === ourText) return { graph: written.theirs, conflicts: [] };

  const { base, ours, theirs } = migrated(written, registry);
  const conflicts: MergeConflict[] = [];
  const { nodes, contested } = mergeNodes({ base, ours, theirs }, conflicts);
  const edges = mergeEdges({ base, ours, theirs, nodes, contested }, conflicts);
  const fields = mergeRecords(base.extra ?? {}, ours.extra ?? {}, theirs.extra ?? {});
  for (const field of fields.conflicts) {
    conflicts.push({
      kind: 'field',
      location: {},
      message: `Both sides changed "${field}" of the file; ours was kept.`,
    });
  }
  const experiments = mergeExperiments({
    base: base.experiments,
    ours: ours.experiments,
    theirs: theirs.experiments,
  });
  for (const field of experiments.conflicts) {
    const message = 'Both sides changed this; ours was kept.';
    conflicts.push({ kind: 'field', location: { field }, message });
  }
  const graph: Graph = {
    nodes,
    edges,
    // A lock only records what the last run saw: the next one writes it anew, so ours will do.
    lock: {
      models: mergeRecords(base.lock.models, ours.lock.models, theirs.lock.models).merged,
      files: mergeRecords(base.lock.files, ours.lock.files, theirs.lock.files).merged,
    },
    layout: mergeLayout({ base, ours, theirs, nodes }),
    ...(Object.keys(experiments.merged).length === 0 ? {} : { experiments: experiments.merged }),
    ...(Object.keys(fields.merged).length === 0 ? {} : { extra: fields.merged }),
  };
  conflicts.push(...newCycles(graph, [ours, theirs]));
  return { graph, conflicts };
}

/** The three sides of a merge. */
export interface Sides {
  readonly base: Graph;
  readonly ours: Graph;
  readonly theirs: Graph;
}

const textsOf = ({ base, ours, theirs }: Sides) => [base, ours, theirs].map(serializeGraph);

/** A node whose parameters cannot be upgraded keeps its version; if the other side's differs, that is a conflict. */
function migrated({ base, ours, theirs }: Sides, registry: Registry): Sides {
  return {
    base: migrateAll(base, registry).graph,
    ours: migrateAll(ours, registry).graph,
    theirs: migrateAll(theirs, registry).graph,
  };
}

/** `contested` are nodes that one side removed and the other changed. */
function mergeNodes(
  { base, ours, theirs }: Sides,
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
          ? 'We removed this node, and they changed it; it stays removed.'
          : 'They removed this node, and we changed it; it stays, with our edges.',
    });
  }
  return { nodes, contested };
}

/** Where both moved a node, ours stays; it is no conflict, for it changes no result. */
function mergeLayout(
  sides: Sides & { readonly nodes: Readonly<Record<string, GraphNode>> },
): Record<string, NodeLayout> {
  const { base, ours, theirs, nodes } = sides;
  const { merged } = mergeRecords(base.layout, ours.layout, theirs.layout);
  const layout: Record<string, NodeLayout> = {};
  for (const id of sortedKeys({ ...merged, ...nodes })) {
    const removed = !Object.hasOwn(nodes, id) && Object.hasOwn(base.nodes, id);
    const place = own(merged, id) ?? own(ours.layout, id) ?? own(theirs.layout, id);
    if (!removed && place !== undefined) layout[id] = place;
  }
  return layout;
}

/** Circles that neither side had. */
function newCycles(merged: Graph, sides: readonly Graph[]): MergeConflict[] {
  const { cycles } = topologicalOrder(sortedKeys(merged.nodes), merged.edges);
  if (cycles.length === 0) return [];
  const old = sides.flatMap((side) => topologicalOrder(sortedKeys(side.nodes), side.edges).cycles);
  return cycles
    .filter((cycle) => !old.some((other) => sameJson(other, cycle)))
    .map((cycle) => ({
      kind: 'cycle',
      location: { node: cycle[0] ?? '' },
      message: `The edges of both sides together make a circle: ${[...cycle, cycle[0]].join(' → ')}. Remove one of them.`,
    }));
}
