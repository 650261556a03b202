import { formatEdge, sortEdges, type Edge } from '../format/edge.ts';
import type { GraphBody, GraphNode } from '../format/graph-body.ts';
import type { BodySides, MergeConflict } from './three-way-merge.ts';
import { own } from '../base/record.ts';

export interface EdgeSides extends BodySides {
  /** The merged nodes. */
  readonly nodes: Readonly<Record<string, GraphNode>>;
  /** Nodes that one side removed and the other changed. */
  readonly contested: ReadonlySet<string>;
}

type EdgeMap = ReadonlyMap<string, Edge>;

/**
 * Merges the edges as a set: keeps an edge that either side added or neither removed. Then drops edges whose node is
 * gone; if both sides fed one single input, ours wins.
 */
export function mergeEdges(sides: EdgeSides, conflicts: MergeConflict[]): readonly Edge[] {
  const { nodes, contested } = sides;
  const base = edgeMap(sides.base);
  const ours = edgeMap(sides.ours);
  const theirs = edgeMap(sides.theirs);
  const merged = new Map<string, Edge>();
  for (const [text, edge] of [...ours, ...theirs]) {
    const keptForNode =
      ours.has(text) && (contested.has(edge.source) || contested.has(edge.target));
    const stays = base.has(text) ? (ours.has(text) && theirs.has(text)) || keptForNode : true;
    if (!stays) continue;
    const gone = [edge.source, edge.target].find(
      (id) => !Object.hasOwn(nodes, id) && knew(sides, { ours, theirs, text }, id),
    );
    if (gone === undefined) merged.set(text, edge);
    else if (!base.has(text)) {
      conflicts.push({
        kind: 'edge',
        location: { node: gone === edge.source ? edge.target : edge.source },
        message: `One side added the connection "${text}" and the other removed the node "${gone}". The connection is dropped.`,
      });
    }
  }
  for (const text of rivals({ base, ours, theirs, merged })) {
    const edge = merged.get(text);
    if (edge === undefined || !merged.delete(text)) continue;
    conflicts.push({
      kind: 'edge',
      location: { node: edge.target, port: edge.targetPort },
      message: `Both sides connected this input, they with "${text}". We keep our connection.`,
    });
  }
  return sortEdges([...merged.values()]);
}

/** Whether a side that has the edge also has the node: then the edge was valid there. */
function knew(
  sides: BodySides,
  { ours, theirs, text }: { ours: EdgeMap; theirs: EdgeMap; text: string },
  id: string,
): boolean {
  return (
    (ours.has(text) && own(sides.ours.nodes, id) !== undefined) ||
    (theirs.has(text) && own(sides.theirs.nodes, id) !== undefined)
  );
}

/**
 * Their edges that meet one of ours at an input for a single edge. A graph does not say which inputs these are: an
 * input counts as single unless some version of the graph has two edges into it.
 */
function rivals(maps: {
  base: EdgeMap;
  ours: EdgeMap;
  theirs: EdgeMap;
  merged: EdgeMap;
}): string[] {
  const [base, ours, theirs, merged] = [maps.base, maps.ours, maps.theirs, maps.merged].map(
    byInput,
  );
  return [...(merged ?? [])].flatMap(([input, texts]) => {
    const single = [base, ours, theirs].every((side) => (side?.get(input)?.length ?? 0) <= 1);
    if (!single || texts.length < 2) return [];
    return texts.filter((text) => !maps.ours.has(text));
  });
}

function byInput(edges: EdgeMap): Map<string, string[]> {
  const inputs = new Map<string, string[]>();
  for (const [text, { target, targetPort }] of edges) {
    const input = `${target}.${targetPort}`;
    const list = inputs.get(input);
    if (list === undefined) inputs.set(input, [text]);
    else list.push(text);
  }
  return inputs;
}

function edgeMap(graph: GraphBody): EdgeMap {
  return new Map(graph.edges.map((edge) => [formatEdge(edge), edge]));
}
