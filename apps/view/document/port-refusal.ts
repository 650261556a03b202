import {
  canFeed,
  connect,
  connectionVerdict,
  disconnect,
  formatEdge,
  type Edge,
  type Graph,
  type NodeType,
} from '@graft/graph';
import { checks, usedGraphs, nodeTypes } from './lookups.ts';
import type { PendingEdge } from '../screen/screen-store.ts';
import { shapeOf } from './node-shape.ts';
import { documentStore } from './document-store.ts';
import { inOrder } from './node-order.ts';

/** The edge between two ports, from whichever end it was drawn. */
export function edgeBetween(from: PendingEdge, to: PendingEdge): Edge | undefined {
  if (from.side === to.side) return undefined;
  const [source, target] = from.side === 'source' ? [from, to] : [to, from];
  return {
    source: source.node,
    sourcePort: source.port,
    target: target.node,
    targetPort: target.port,
  };
}

/** The edges that a new edge replaces: an input that takes a single edge loses the one it has. */
export function replacedEdges(graph: Graph, edge: Edge): readonly Edge[] {
  const type = shapeOf(graph.nodes[edge.target]);
  const input = type?.inputs[edge.targetPort];
  if (input === undefined || input.many === true) return [];
  return graph.edges.filter(
    (other) =>
      other.target === edge.target &&
      other.targetPort === edge.targetPort &&
      formatEdge(other) !== formatEdge(edge),
  );
}

/** A graph without some edges, cached: verdicts are cached by the graph object. */
const lifted = new WeakMap<Graph, Map<string, Graph>>();

function without(graph: Graph, edges: readonly Edge[]): Graph {
  if (edges.length === 0) return graph;
  const known = lifted.get(graph) ?? new Map<string, Graph>();
  lifted.set(graph, known);
  const key = edges.map(formatEdge).join('\n');
  const rest = known.get(key) ?? edges.reduce(disconnect, graph);
  known.set(key, rest);
  return rest;
}

/** Adds an edge in place of the ones that it replaces. */
export function connectInPlace(graph: Graph, edge: Edge): Graph {
  return connect(without(graph, replacedEdges(graph, edge)), edge);
}

/** Why two ports cannot be connected; undefined if they can. */
export function portRefusal(graph: Graph, from: PendingEdge, to: PendingEdge): string | undefined {
  const edge = edgeBetween(from, to);
  if (edge === undefined) {
    return `Connect an output to an input; both of these are ${to.side === 'source' ? 'outputs' : 'inputs'}.`;
  }
  const verdict = connectionVerdict(without(graph, replacedEdges(graph, edge)), edge, {
    registry: nodeTypes(),
    models: checks.getState().models,
    graphs: usedGraphs.getState().lookup,
  });
  return verdict.ok ? undefined : verdict.reason;
}

/**
 * The edge from one node to another if exactly one fits, among required inputs first. Undefined if there is a choice.
 */
export function onlyEdge(graph: Graph, source: string, target: string): Edge | undefined {
  const outputs = Object.entries(shapeOf(graph.nodes[source])?.outputs ?? {});
  const inputs = Object.entries(shapeOf(graph.nodes[target])?.inputs ?? {});
  const fits = outputs.flatMap(([sourcePort, output]) =>
    inputs.flatMap(([targetPort, input]) => {
      if (output.type.id !== input.type.id) return [];
      const from: PendingEdge = { node: source, port: sourcePort, side: 'source' };
      const to: PendingEdge = { node: target, port: targetPort, side: 'target' };
      if (portRefusal(graph, from, to) !== undefined) return [];
      const edge = { source, sourcePort, target, targetPort };
      return [{ edge, needed: input.optional !== true }];
    }),
  );
  const needed = fits.filter((fit) => fit.needed);
  const [only, ...others] = needed.length > 0 ? needed : fits;
  return others.length === 0 ? only?.edge : undefined;
}

/** The first port of a node that accepts the edge. */
export function acceptingPort(
  graph: Graph,
  from: PendingEdge,
  node: string,
): PendingEdge | undefined {
  const definition = shapeOf(graph.nodes[node]);
  const side = from.side === 'source' ? 'target' : 'source';
  const ports = Object.keys((side === 'target' ? definition?.inputs : definition?.outputs) ?? {});
  return ports
    .map((port): PendingEdge => ({ node, port, side }))
    .find((to) => portRefusal(graph, from, to) === undefined);
}

/** Node types with a port for an edge from this port. */
export function fitting({ node, port, side }: PendingEdge): readonly NodeType[] {
  const own = shapeOf(documentStore.getState().shown.nodes[node]);
  if (side === 'source') {
    const output = own?.outputs[port];
    if (output === undefined) return inOrder();
    return inOrder().filter((type) =>
      Object.keys(type.inputs).some((input) => canFeed(output, type, input)),
    );
  }
  if (own?.inputs[port] === undefined) return inOrder();
  return inOrder().filter(({ outputs }) =>
    Object.values(outputs).some((output) => canFeed(output, own, port)),
  );
}
