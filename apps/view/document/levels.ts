import {
  bodyOf,
  structureOf,
  usesGraph,
  withBody,
  type BodyId,
  type Edge,
  type Graph,
  type GraphNode,
} from '@graft/graph';

/** A node that was gone into, and the subgraph of the file that it uses. */
interface Entered {
  readonly node: string;
  readonly body: string;
  /** Of a loop: the round whose steps are shown, from 1. */
  readonly round?: number;
}

/** The nodes gone into one after the other, from the file's own down; empty: the file's own nodes are shown. */
export type Trail = readonly Entered[];

/** The graph that a node stands for: `#name` of its file, or the path of another; undefined where it stands for none. */
export function usedGraph(
  node: Pick<GraphNode, 'type' | 'params'> | undefined,
): string | undefined {
  const structure = node === undefined ? undefined : structureOf(node.type);
  if (node === undefined || structure === undefined || !usesGraph({ structure })) return undefined;
  const { use } = node.params;
  return typeof use === 'string' && use !== '' ? use : undefined;
}

/** The subgraph that a trail leads to. */
export function bodyAt(trail: Trail): BodyId {
  return trail.at(-1)?.body;
}

/** A node that was gone into as steps name it: `retriever`, of a loop with the round, `reflect#2`. */
export function stepIdOf({ node, round }: Entered): string {
  return round === undefined ? node : `${node}#${String(round)}`;
}

/** What stands before the ids of the nodes of that subgraph in a run: `retriever/reflect#2/`. */
export function prefixOf(trail: Trail): string {
  return trail.map((entered) => `${stepIdOf(entered)}/`).join('');
}

/** The same in the file and in a plan, for which all rounds of a loop are one: `retriever/reflect/`. */
export function wayOf(trail: Trail): string {
  return trail.map(({ node }) => `${node}/`).join('');
}

/** The nodes of a body; none where the file has no such subgraph. */
export function bodyNodes(graph: Graph, at: BodyId): Graph['nodes'] {
  if (at === undefined) return graph.nodes;
  const { graphs = {} } = graph;
  return Object.hasOwn(graphs, at) ? (graphs[at]?.nodes ?? {}) : {};
}

/** A node of a body; undefined where there is none. */
export function nodeIn(graph: Graph, at: BodyId, id: string): GraphNode | undefined {
  const nodes = bodyNodes(graph, at);
  return Object.hasOwn(nodes, id) ? nodes[id] : undefined;
}

/** The subgraph of the file that a node of a body uses; undefined where it uses none that is there. */
function subgraphOf(graph: Graph, at: BodyId, id: string): string | undefined {
  const use = usedGraph(nodeIn(graph, at, id));
  if (use === undefined || !use.startsWith('#')) return undefined;
  const name = use.slice(1);
  return Object.hasOwn(graph.graphs ?? {}, name) ? name : undefined;
}

/** How many nodes of the file use one of its subgraphs. */
export function countUses(graph: Graph, body: string): number {
  return [undefined, ...Object.keys(graph.graphs ?? {})]
    .flatMap((at) => Object.values(bodyNodes(graph, at)))
    .filter((node) => usedGraph(node) === `#${body}`).length;
}

/** A node in a path, `retriever`, of a loop with the round, `reflect#2`. */
export function partOf(part: string): { readonly id: string; readonly round?: string } {
  const [, id, round] = /^(.*)#([1-9][0-9]{0,5})$/.exec(part) ?? [];
  return id === undefined || round === undefined ? { id: part } : { id, round };
}

/**
 * Goes into nodes one after the other, as far as they can be: `rest` are those that could not. Into a loop whose round is
 * not named one goes at its first.
 */
export function follow(
  graph: Graph,
  nodes: readonly string[],
): { readonly trail: Trail; readonly rest: readonly string[] } {
  const trail: Entered[] = [];
  for (const [index, part] of nodes.entries()) {
    const { id: node, round = '1' } = partOf(part);
    const at = bodyAt(trail);
    const body = subgraphOf(graph, at, node);
    if (body === undefined) return { trail, rest: nodes.slice(index) };
    const isLoop = structureOf(nodeIn(graph, at, node)?.type ?? '') === 'repeat';
    trail.push({ node, body, ...(isLoop ? { round: Number(round) } : {}) });
  }
  return { trail, rest: [] };
}

/** The shortest way into a body, as a prefix of its nodes' paths; undefined where nothing that runs uses it. */
export function prefixInto(graph: Graph, body: BodyId): string | undefined {
  const ways = new Map<BodyId, string>([[undefined, '']]);
  // A Map's iteration reaches what is added on the way.
  for (const [at, prefix] of ways) {
    if (at === body) return prefix;
    for (const id of Object.keys(bodyNodes(graph, at))) {
      const next = subgraphOf(graph, at, id);
      if (next !== undefined && !ways.has(next)) ways.set(next, `${prefix}${id}/`);
    }
  }
  return undefined;
}

/** As much of a trail as there still is in a graph; the same array where that is all. */
export function standing(graph: Graph, trail: Trail): Trail {
  const { trail: found } = follow(graph, trail.map(stepIdOf));
  const lost = trail.findIndex(
    ({ body, round }, index) => found[index]?.body !== body || found[index].round !== round,
  );
  return lost === -1 ? trail : trail.slice(0, lost);
}

/** The part of a path of a step that a plan has a step for: up to the loop that it is a round of. */
export function plannedPath(path: string): string {
  return path.split('#', 1)[0] ?? path;
}

/** Where a node of a plan or a run is written in the file; undefined for one of another file, or that is gone. */
export function placeOf(
  graph: Graph,
  path: string,
): { readonly trail: Trail; readonly id: string; readonly node: GraphNode } | undefined {
  const ids = path.split('/');
  const { trail, rest } = follow(graph, ids.slice(0, -1));
  const id = ids.at(-1) ?? '';
  const node = nodeIn(graph, bodyAt(trail), id);
  return rest.length > 0 || node === undefined ? undefined : { trail, id, node };
}

/** The edges that come into the node of a step, their sources by path as well. */
export function edgesInto(graph: Graph, path: string): readonly Edge[] {
  const place = placeOf(graph, path);
  if (place === undefined) return [];
  const { trail, id } = place;
  return bodyOf(graph, bodyAt(trail)).edges.flatMap((edge) =>
    edge.target === id ? { ...edge, source: prefixOf(trail) + edge.source, target: path } : [],
  );
}

/** The body that a trail leads to, as a graph of its own that uses what the file has. */
export function shownOf(graph: Graph, trail: Trail): Graph {
  const at = bodyAt(trail);
  return at === undefined ? graph : withBody(graph, undefined, bodyOf(graph, at));
}

/** The file with what is shown, edited, in its place: what `shownOf` gave is written back unchanged. */
export function withShown(graph: Graph, trail: Trail, shown: Graph): Graph {
  const at = bodyAt(trail);
  if (at === undefined) return shown;
  const { graphs } = shown;
  const file = graphs === undefined || graphs === graph.graphs ? graph : { ...graph, graphs };
  return withBody(file, at, shown);
}

/** A graph with what is shown of it. */
export interface Placed {
  /** The whole file. */
  readonly graph: Graph;
  /** Which nodes were gone into. */
  readonly trail: Trail;
  /** The body that is shown, as a graph: the file's own nodes, or those of the subgraph that the trail leads to. */
  readonly shown: Graph;
}

/** A graph with what a trail leads to, as far as it is there, in it or in how it was. */
export function placed(graph: Graph, trail: Trail, past: Graph | null = null): Placed {
  const there = standing(past ?? graph, trail);
  return { graph, trail: there, shown: shownOf(past ?? graph, there) };
}
