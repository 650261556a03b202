import { freeId } from '../base/names.ts';
import { own } from '../base/record.ts';
import { bendsOf } from '../format/bends.ts';
import { sortEdges } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphNode, NodeLayout } from '../format/graph-body.ts';
import { wholePixel } from '../format/annotation.ts';
import { broughtBends } from './bend-edges.ts';
import { bringAnnotations } from './bring-annotations.ts';
import { pickAnnotations } from './keyed-annotations.ts';

/**
 * Copies nodes with the edges among them, notes and groups, `offset` pixels away. `ids` maps each node to its copy;
 * `keys` are the canvas keys of the copies.
 */
export function duplicateNodes(
  graph: Graph,
  keys: Iterable<string>,
  offset: NodeLayout = { x: 40, y: 40 },
): {
  readonly graph: Graph;
  readonly ids: ReadonlyMap<string, string>;
  readonly keys: readonly string[];
} {
  const chosen = new Set(keys);
  const copies = new Map<string, string>();
  const nodes: Record<string, GraphNode> = { ...graph.nodes };
  const layout: Record<string, NodeLayout> = { ...graph.layout };
  for (const id of chosen) {
    const node = own(graph.nodes, id);
    if (node === undefined) continue;
    const copy = freeId(id.replace(/-\d+$/, ''), (candidate) => Object.hasOwn(nodes, candidate));
    copies.set(id, copy);
    nodes[copy] = node;
    const { x, y, ...fold } = own(graph.layout, id) ?? { x: 0, y: 0 };
    layout[copy] = { x: wholePixel(x + offset.x), y: wholePixel(y + offset.y), ...fold };
  }
  const edges = graph.edges.flatMap((edge) => {
    const source = copies.get(edge.source);
    const target = copies.get(edge.target);
    return source === undefined || target === undefined ? [] : { ...edge, source, target };
  });
  const brought = bringAnnotations(
    pickAnnotations(graph, (key) => chosen.has(key)),
    { into: graph, nodes: copies, shift: offset },
  );
  const bends = broughtBends(graph, { nodes: copies, shift: offset });
  const all = sortEdges([...graph.edges, ...edges]);
  return {
    graph: {
      ...graph,
      ...{ nodes, layout, edges: all },
      ...brought.annotations,
      ...bendsOf({ edges: all, bends: { ...graph.bends, ...bends } }),
    },
    ids: copies,
    keys: [...copies.values(), ...brought.keys],
  };
}
