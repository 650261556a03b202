import { edgeProblem } from './edge-problems.ts';
import { formatEdge, sortEdges, type Edge } from '../format/edge.ts';
import type { InterfaceLookup } from '../types/graph-interface.ts';
import { typeIn } from './body-interface.ts';
import { GraphLibrary, type ResolveContext } from './graph-library.ts';
import { GraphError } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import type { PlannedNode } from '../format/plan.ts';
import { nodeFacets } from '../types/node-facets.ts';
import type { Registry } from '../types/node-type.ts';
import { nodeName } from './node-name.ts';
import { own } from '../base/record.ts';
import { resolveGraph, type Resolution } from './resolve-graph.ts';

/** Input of a verdict. */
export type VerdictContext = Pick<ResolveContext, 'registry' | 'models' | 'graphs' | 'file'>;

export type ConnectionVerdict =
  { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Whether an edge may be drawn, and if not, why: port types, an occupied input, a cycle, a clash of facets at its
 * target. Cheap enough for every pointer move: resolves the graph once, and then checks only the target. Never throws.
 */
export function connectionVerdict(
  graph: Graph,
  edge: Edge,
  context: VerdictContext,
): ConnectionVerdict {
  const reason =
    shapeReason(graph, edge, context) ??
    cycleReason(graph, edge, context.registry) ??
    facetReason(graph, edge, context);
  return reason === undefined ? { ok: true } : { ok: false, reason };
}

function shapeReason(graph: Graph, edge: Edge, context: VerdictContext): string | undefined {
  const { registry } = context;
  const source = own(graph.nodes, edge.source);
  const target = own(graph.nodes, edge.target);
  if (source === undefined) return `There is no node "${edge.source}".`;
  if (target === undefined) return `There is no node "${edge.target}".`;
  const { interfaces: graphs } = resolved(graph, context);
  const definition = typeIn(graph, edge.target, { registry, graphs });
  const problem = edgeProblem(
    {
      source: typeIn(graph, edge.source, { registry, graphs }),
      sourcePort: edge.sourcePort,
      target: definition,
      targetPort: edge.targetPort,
    },
    registry,
  );
  if (problem !== undefined) return problem.message;
  const many = definition === undefined || own(definition.inputs, edge.targetPort)?.many === true;
  for (const other of graph.edges) {
    if (other.target !== edge.target || other.targetPort !== edge.targetPort) continue;
    if (formatEdge(other) === formatEdge(edge)) return 'These ports are already connected.';
    if (!many) {
      const name = nodeName(graph, other.source, registry);
      return `This input is already connected to ${other.sourcePort} of ${name}. Remove that connection first.`;
    }
  }
  return undefined;
}

function cycleReason(graph: Graph, edge: Edge, registry: Registry): string | undefined {
  const nameOf = (id: string): string => nodeName(graph, id, registry);
  const targets = new Map<string, string[]>();
  for (const { source, target } of graph.edges) {
    const list = targets.get(source);
    if (list === undefined) targets.set(source, [target]);
    else list.push(target);
  }
  const below = new Set([edge.target]);
  for (const id of below) {
    if (id === edge.source) {
      return id === edge.target
        ? 'A node cannot be its own input.'
        : `${nameOf(edge.source)} already depends on ${nameOf(edge.target)}, so this would form a cycle.`;
    }
    for (const target of targets.get(id) ?? []) below.add(target);
  }
  return undefined;
}

interface Resolved extends VerdictContext {
  readonly resolution: Resolution;
  /** Other graphs, as the graph's nodes see them. */
  readonly interfaces: InterfaceLookup;
}
const resolutions = new WeakMap<Graph, Resolved>();

function resolved(graph: Graph, context: VerdictContext): Resolved {
  const known = resolutions.get(graph);
  const { registry, models, graphs, file } = context;
  if (
    known?.registry === registry &&
    known.models === models &&
    known.graphs === graphs &&
    known.file === file
  ) {
    return known;
  }
  const library = new GraphLibrary(graph, context);
  const fresh: Resolved = {
    ...context,
    resolution: resolveGraph(graph, context),
    interfaces: library.lookup(library.root),
  };
  resolutions.set(graph, fresh);
  return fresh;
}

/**
 * A clash at the target. A clash further downstream is no reason: its node shows it, and further edges may resolve it,
 * as when a trained embedder is connected first to what embeds passages and then to what embeds questions.
 */
function facetReason(graph: Graph, edge: Edge, context: VerdictContext): string | undefined {
  const { resolution } = resolved(graph, context);
  return resolution.aliases === undefined
    ? plainFacetReason(resolution.nodes, edge, context)
    : composedFacetReason(graph, edge, context);
}

/** Across the borders of other graphs an edge becomes several, so the graph is resolved with it. */
function composedFacetReason(
  graph: Graph,
  edge: Edge,
  context: VerdictContext,
): string | undefined {
  const old = new Set(resolved(graph, context).resolution.problems.map(({ message }) => message));
  const { problems } = resolveGraph(
    { ...graph, edges: sortEdges([...graph.edges, edge]) },
    context,
  );
  for (const { code, message, location } of problems) {
    if (code !== 'facet-mismatch' || old.has(message)) continue;
    const { node, path = node } = location;
    if (path === undefined || path === edge.target) return message;
    if (path.startsWith(`${edge.target}/`)) return `At "${path}": ${message}`;
  }
  return undefined;
}

function plainFacetReason(
  nodes: readonly PlannedNode[],
  { source, sourcePort, target, targetPort }: Edge,
  { models }: VerdictContext,
): string | undefined {
  const facets = new Map(nodes.map((node) => [node.id, node.outputFacets]));
  const brought = facets.get(source)?.[sourcePort];
  const node = nodes.find(({ id }) => id === target);
  if (node === undefined || brought === undefined || Object.keys(brought).length === 0) {
    return undefined;
  }
  const incoming = Object.fromEntries(
    Object.entries(node.inputs).map(([port, feeds]) => [
      port,
      feeds.map((feed) => facets.get(feed.node)?.[feed.port] ?? {}),
    ]),
  );
  const added = { ...incoming, [targetPort]: [...(incoming[targetPort] ?? []), brought] };
  try {
    const old = nodeFacets({ ...node, incoming }, models).clashes.map(({ message }) => message);
    const { clashes } = nodeFacets({ ...node, incoming: added }, models);
    return clashes.find(({ message }) => !old.includes(message))?.message;
  } catch (error) {
    return GraphError.from(error).message;
  }
}
