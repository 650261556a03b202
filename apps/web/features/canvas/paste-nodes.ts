import {
  bendsOf,
  bringAnnotations,
  broughtBends,
  carrySubgraphs,
  parseGraph,
  type Graph,
  type GraphNode,
  type NodeLayout,
} from '@graft/graph';
import { boundsAround } from '@graft/view';

/** Gives free ids one after the other: `embed`, `embed-2`, … */
function freeIds(taken: (id: string) => boolean): (id: string) => string {
  // What was found taken stays taken: of a name thousands may be pasted.
  const next = new Map<string, number>();
  return (id) => {
    const stem = id.replace(/-\d+$/, '');
    let number = next.get(stem) ?? 1;
    const named = (): string => (number === 1 ? stem : `${stem}-${number}`);
    while (taken(named())) number++;
    next.set(stem, number);
    return named();
  };
}

/**
 * Adds copied nodes, notes and groups under free ids, their top left corner at `at`, and the subgraphs that they use. `keys` are
 * what they go by on the canvas. Undefined when the text is nothing of the kind, as when something else was copied.
 */
export function pasteText(
  graph: Graph,
  text: string,
  at: NodeLayout,
): { readonly graph: Graph; readonly keys: readonly string[] } | undefined {
  let copied: Graph;
  try {
    copied = parseGraph(text);
  } catch {
    return undefined;
  }
  const carried = carrySubgraphs(graph, { nodes: copied.nodes, graphs: copied.graphs ?? {} });
  const entries = Object.entries(carried.nodes);
  const places = new Map(Object.entries(copied.layout));
  const spots = entries.map(([id]) => places.get(id) ?? { x: 0, y: 0 });
  const frames = [copied.notes, copied.groups].flatMap((all) => Object.values(all ?? {}));
  const all = [...spots, ...frames];
  if (all.length === 0) return undefined;
  const { left, top } = boundsAround(all);
  const shift = { x: Math.round(at.x - left), y: Math.round(at.y - top) };
  const nodes: Record<string, GraphNode> = { ...graph.nodes };
  const layout: Record<string, NodeLayout> = { ...graph.layout };
  const renamed = new Map<string, string>();
  const freeId = freeIds((candidate) => Object.hasOwn(nodes, candidate));
  for (const [index, [id, node]] of entries.entries()) {
    const own = freeId(id);
    const spot = spots[index] ?? { x: 0, y: 0 };
    renamed.set(id, own);
    nodes[own] = node;
    layout[own] = { ...spot, x: spot.x + shift.x, y: spot.y + shift.y };
  }
  const edges = copied.edges.flatMap((edge) => {
    const source = renamed.get(edge.source);
    const target = renamed.get(edge.target);
    return source === undefined || target === undefined ? [] : [{ ...edge, source, target }];
  });
  const brought = bringAnnotations(copied, { into: graph, nodes: renamed, shift });
  const joined = [...graph.edges, ...edges];
  const bends = { ...graph.bends, ...broughtBends(copied, { nodes: renamed, shift }) };
  return {
    graph: {
      ...carried.graph,
      ...{ nodes, layout, edges: joined, ...bendsOf({ edges: joined, bends }) },
      ...brought.annotations,
    },
    keys: [...renamed.values(), ...brought.keys],
  };
}
