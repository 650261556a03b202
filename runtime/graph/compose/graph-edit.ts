import { bendsOf, type Bend } from '../format/bends.ts';
import { formatEdge, sortEdges, type Edge } from '../format/edge.ts';
import { GraphError } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphNode, NodeLayout } from '../format/graph-body.ts';
import { noLock } from '../format/lock.ts';
import { wholePixel } from '../format/annotation.ts';
import { own } from '../base/record.ts';
import { atPlaces, withoutKeys } from './keyed-annotations.ts';
import type { NodeType } from '../types/node-type.ts';
import { paramFields } from '../params/param-fields.ts';
import { freeId } from '../base/names.ts';

/** Edits of a graph: each function returns a new graph that shares everything unchanged. */

/** A graph without nodes. */
export const emptyGraph: Graph = {
  nodes: {},
  edges: [],
  lock: noLock,
  layout: {},
};

/** Removes nodes with their edges and positions, and notes and groups, by canvas key. */
export function removeNodes(graph: Graph, keys: Iterable<string>): Graph {
  const gone = new Set(keys);
  const kept = <V>(record: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(record).filter(([id]) => !gone.has(id)));
  return {
    ...withoutAnnotations(graph),
    nodes: kept(graph.nodes),
    ...withEdges(
      graph,
      graph.edges.filter(({ source, target }) => !gone.has(source) && !gone.has(target)),
    ),
    layout: kept(graph.layout),
    ...withoutKeys(graph, gone),
  };
}

/** Omits empty notes, groups and bends. */
function withoutAnnotations({
  notes: _notes,
  groups: _groups,
  bends: _bends,
  ...graph
}: Graph): Graph {
  return graph;
}

/** The edges, and the bends of those that exist. */
const withEdges = ({ bends }: Graph, edges: readonly Edge[]): Pick<Graph, 'edges' | 'bends'> => ({
  edges,
  ...bendsOf({ edges, bends }),
});

/** Adds an edge. `connectionVerdict` decides whether it is allowed. */
export function connect(graph: Graph, edge: Edge): Graph {
  return { ...graph, edges: sortEdges([...graph.edges, edge]) };
}

export function disconnect(graph: Graph, edge: Edge): Graph {
  const text = formatEdge(edge);
  const { bends: _bends, ...rest } = graph;
  const edges = graph.edges.filter((other) => formatEdge(other) !== text);
  return { ...rest, ...withEdges(graph, edges) };
}

/** Sets a parameter; `undefined` removes it, so that the default applies. */
export function setParam(
  graph: Graph,
  at: { readonly node: string; readonly param: string },
  value: unknown,
): Graph {
  return changeNode(graph, at.node, (node) => {
    const others = Object.entries(node.params).filter(([name]) => name !== at.param);
    const params = value === undefined ? others : [...others, [at.param, value] as const];
    return { ...node, params: Object.fromEntries(params) };
  });
}

/** Sets a node's title; `undefined` or an empty title removes it. */
export function setTitle(graph: Graph, id: string, title: string | undefined): Graph {
  return changeNode(graph, id, ({ title: _before, ...node }) =>
    title === undefined || title === '' ? node : { ...node, title },
  );
}

/** Bypasses nodes, or ends their bypass. */
export function setBypass(graph: Graph, ids: Iterable<string>, off: boolean): Graph {
  let changed = graph;
  for (const id of ids) {
    changed = changeNode(changed, id, ({ bypass: _before, ...node }) =>
      off ? { ...node, bypass: true } : node,
    );
  }
  return changed;
}

/**
 * Moves nodes, notes and groups to positions given by key, and the bends of edges whose two ends move. Ignores unknown
 * keys.
 */
export function moveNodes(graph: Graph, places: Readonly<Record<string, NodeLayout>>): Graph {
  const moved = Object.entries(places).filter(([id]) => Object.hasOwn(graph.nodes, id));
  return {
    ...graph,
    ...atPlaces(graph, places),
    ...movedBends(graph, places),
    layout: {
      ...graph.layout,
      ...Object.fromEntries(moved.map(([id, at]) => [id, { ...graph.layout[id], ...whole(at) }])),
    },
  };
}

/** Bends move by the mean of the movements of the edge's two ends. */
function movedBends(
  { edges, bends, layout }: Graph,
  places: Readonly<Record<string, NodeLayout>>,
): Pick<Graph, 'bends'> {
  if (bends === undefined) return {};
  const moved = edges.flatMap((edge): [string, readonly Bend[]][] => {
    const text = formatEdge(edge);
    const [from, to] = [own(layout, edge.source), own(layout, edge.target)];
    const [source, target] = [own(places, edge.source), own(places, edge.target)];
    const points = own(bends, text);
    if (!points || !from || !to || !source || !target) return [];
    const by = (axis: 'x' | 'y'): number =>
      (source[axis] - from[axis] + target[axis] - to[axis]) / 2;
    return [[text, points.map(({ x, y }) => whole({ x: x + by('x'), y: y + by('y') }))]];
  });
  return { bends: { ...bends, ...Object.fromEntries(moved) } };
}

/** Collapses node cards to their titles, or expands them; ignores nodes without a position. */
export function setCollapsed(graph: Graph, ids: Iterable<string>, isFolded: boolean): Graph {
  const folded = [...ids].flatMap((id) => {
    const place = own(graph.layout, id);
    if (place === undefined) return [];
    const { collapsed: _before, ...at } = place;
    return [[id, isFolded ? { ...at, collapsed: true as const } : at] as const];
  });
  return { ...graph, layout: { ...graph.layout, ...Object.fromEntries(folded) } };
}

function changeNode(graph: Graph, id: string, change: (node: GraphNode) => GraphNode): Graph {
  const node = own(graph.nodes, id);
  if (node === undefined) {
    throw new GraphError('unknown-node', `There is no node "${id}" in the graph.`, {
      location: { node: id },
    });
  }
  return { ...graph, nodes: { ...graph.nodes, [id]: change(node) } };
}

function whole({ x, y }: NodeLayout): NodeLayout {
  return { x: wholePixel(x), y: wholePixel(y) };
}

/** Adds a node with its defaults written out, under a readable id: `embed`, then `embed-2`. */
export function addNode(
  graph: Graph,
  definition: NodeType,
  position: NodeLayout,
): { readonly graph: Graph; readonly id: string } {
  const id = freeId(definition.type, (candidate) => Object.hasOwn(graph.nodes, candidate));
  const params = Object.fromEntries(
    paramFields(definition).map((field) => [field.name, field.default] as const),
  );
  const node: GraphNode = { type: definition.type, version: definition.version, params };
  const added = { ...graph, nodes: { ...graph.nodes, [id]: node } };
  return { id, graph: moveNodes(added, { [id]: position }) };
}
