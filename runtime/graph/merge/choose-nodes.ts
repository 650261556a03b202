import { sameJson } from '../base/canonical-json.ts';
import { own, sortedKeys } from '../base/record.ts';
import { bendsOf } from '../format/bends.ts';
import { formatEdge, sortEdges, type Edge } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody, GraphNode } from '../format/graph-body.ts';

/** The side whose node is taken whole. */
export type NodeSide = 'mine' | 'theirs';

/** A node that both sides changed differently; absent on the side that removed it. */
export interface ChangedNode {
  /** Its subgraph; absent: the graph of the file. */
  readonly graph?: string;
  readonly node: string;
  readonly was?: GraphNode;
  readonly mine?: GraphNode;
  readonly theirs?: GraphNode;
}

/** By `changedKey`. */
export type NodeChoices = ReadonlyMap<string, NodeSide>;

interface Sides {
  readonly base: Graph;
  readonly ours: Graph;
  readonly theirs: Graph;
}

/** Unique key in the file for a node that both changed. */
export function changedKey({ graph, node }: Pick<ChangedNode, 'graph' | 'node'>): string {
  return graph === undefined ? node : `${graph}/${node}`;
}

/** The nodes that both sides changed. All sides have equal versions. */
export function changedByBoth({ base, ours, theirs }: Sides): readonly ChangedNode[] {
  const shared = sortedKeys({ ...ours.graphs }).filter((id) => own(theirs.graphs ?? {}, id));
  return [undefined, ...shared].flatMap((graph) => {
    const [was, mine, yours] = [base, ours, theirs].map((side) => nodesOf(side, graph));
    return sortedKeys({ ...mine, ...yours }).flatMap((node): ChangedNode[] => {
      const sides = {
        was: own(was ?? {}, node),
        mine: own(mine ?? {}, node),
        theirs: own(yours ?? {}, node),
      };
      const isSettled =
        sameJson(sides.mine, sides.theirs) ||
        sameJson(sides.was, sides.mine) ||
        sameJson(sides.was, sides.theirs);
      if (isSettled) return [];
      const known = Object.entries(sides).filter(([, value]) => value !== undefined);
      return [{ ...(graph === undefined ? {} : { graph }), node, ...Object.fromEntries(known) }];
    });
  });
}

const nodesOf = (graph: Graph, name: string | undefined): GraphBody['nodes'] =>
  (name === undefined ? graph : own(graph.graphs ?? {}, name))?.nodes ?? {};

/**
 * Rewrites the sides as if both had made the chosen change to a node, so that the merge follows the choice. The merge
 * itself keeps a node of ours that they removed, with all its edges. If theirs were restored here, their edges in its
 * place would count as later.
 */
export function withChoices(sides: Sides, choices: NodeChoices): Sides {
  let { ours, theirs } = sides;
  for (const changed of changedByBoth(sides)) {
    const side = choices.get(changedKey(changed));
    if (side === 'theirs') ours = given(ours, { from: theirs, base: sides.base, changed });
    else if (side === 'mine' && changed.theirs !== undefined)
      theirs = given(theirs, { from: ours, base: sides.base, changed });
  }
  return { base: sides.base, ours, theirs };
}

function given(
  to: Graph,
  { from, base, changed }: { from: Graph; base: Graph; changed: ChangedNode },
): Graph {
  const { graph, node } = changed;
  if (graph === undefined) return { ...to, ...withNode(to, { from, base, node }) };
  const [body, source] = [to, from].map((side) => own(side.graphs ?? {}, graph));
  if (body === undefined || source === undefined) return to;
  const was = own(base.graphs ?? {}, graph) ?? { nodes: {}, edges: [], layout: {} };
  return {
    ...to,
    graphs: { ...to.graphs, [graph]: withNode(body, { from: source, base: was, node }) },
  };
}

/** Copies a node from another graph; a missing one comes with its edges, unless their inputs are taken. */
function withNode<Body extends GraphBody>(
  to: Body,
  { from, base, node }: { from: GraphBody; base: GraphBody; node: string },
): Body {
  const touches = ({ source, target }: Edge): boolean => source === node || target === node;
  const { [node]: _before, ...others } = to.nodes;
  const now = own(from.nodes, node);
  if (now === undefined) {
    const { [node]: _, ...layout } = to.layout;
    return { ...to, nodes: others, edges: to.edges.filter((edge) => !touches(edge)), layout };
  }
  const nodes = { ...others, [node]: now };
  if (Object.hasOwn(to.nodes, node)) return { ...to, nodes };
  const known = new Set(base.edges.map(formatEdge));
  const isMany = (input: string): boolean =>
    [base, from, to].some(
      (side) => side.edges.filter((edge) => inputOf(edge) === input).length > 1,
    );
  // What was connected there meanwhile stays; an input for several edges takes both.
  const taken = new Set(to.edges.filter((edge) => !known.has(formatEdge(edge))).map(inputOf));
  const back = from.edges.filter(
    (edge) =>
      touches(edge) &&
      Object.hasOwn(nodes, edge.source) &&
      Object.hasOwn(nodes, edge.target) &&
      (!taken.has(inputOf(edge)) || isMany(inputOf(edge))),
  );
  const place = own(from.layout, node);
  const edges = sortEdges([...to.edges, ...back]);
  return {
    ...to,
    ...{ nodes, edges },
    ...bendsOf({ edges, bends: { ...bendsOf({ ...from, edges: back }).bends, ...to.bends } }),
    layout: place === undefined ? to.layout : { ...to.layout, [node]: place },
  };
}

const inputOf = ({ target, targetPort }: Edge): string => `${target}.${targetPort}`;
