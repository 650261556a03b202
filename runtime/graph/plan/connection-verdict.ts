import { sameJson } from '../base/canonical-json.ts';
import { edgeProblem } from './edge-problems.ts';
import { formatEdge, sortEdges } from '../format/edge.ts';
import type { InterfaceLookup } from '../types/graph-interface.ts';
import { typeIn } from './body-interface.ts';
import { GraphLibrary } from './graph-library.ts';
import { GraphError } from '../base/errors.ts';
import type { Facets } from '../types/facets.ts';
import type { Edge, Graph, PlannedNode } from '../format/graph.ts';
import { nodeFacets } from '../types/node-facets.ts';
import { own } from '../base/record.ts';
import { resolveGraph, type Resolution, type ResolveContext } from './resolve-graph.ts';

/** What is asked for a verdict. */
export type VerdictContext = Pick<ResolveContext, 'registry' | 'models' | 'graphs' | 'file'>;

export type ConnectionVerdict =
  { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Whether an edge may be drawn, and if not, why: port types, an input that is taken, a cycle, a clash of
 * facets at its target or below. Cheap enough to ask on every move of the pointer: the graph is resolved
 * once, and only what lies below the edge is looked at again. Never throws.
 */
export function connectionVerdict(
  graph: Graph,
  edge: Edge,
  context: VerdictContext,
): ConnectionVerdict {
  const reason =
    shapeReason(graph, edge, context) ??
    cycleReason(graph, edge) ??
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
    if (formatEdge(other) === formatEdge(edge)) return 'They are connected already.';
    if (!many) {
      return `This input is taken by ${other.source}.${other.sourcePort}. Remove that edge first.`;
    }
  }
  return undefined;
}

function cycleReason(graph: Graph, edge: Edge): string | undefined {
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
        ? 'A node cannot feed itself.'
        : `"${edge.source}" already depends on "${edge.target}": this would make a circle.`;
    }
    for (const target of targets.get(id) ?? []) below.add(target);
  }
  return undefined;
}

interface Resolved extends VerdictContext {
  readonly resolution: Resolution;
  /** As the graph's nodes see other graphs. */
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

function facetReason(graph: Graph, edge: Edge, context: VerdictContext): string | undefined {
  const { resolution } = resolved(graph, context);
  return resolution.aliases === undefined
    ? plainFacetReason(resolution.nodes, edge, context)
    : composedFacetReason(graph, edge, context);
}

/** Through the borders of other graphs an edge is more than one, so the graph is resolved with it. */
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
  const clash = problems.find(
    ({ code, message }) => code === 'facet-mismatch' && !old.has(message),
  );
  if (clash === undefined) return undefined;
  const { node, path = node } = clash.location;
  return path === edge.target || path === undefined
    ? clash.message
    : `At "${path}": ${clash.message}`;
}

function plainFacetReason(
  nodes: readonly PlannedNode[],
  edge: Edge,
  context: VerdictContext,
): string | undefined {
  const before = new Map(nodes.map((node) => [node.id, node.outputFacets]));
  const brought = before.get(edge.source)?.[edge.sourcePort];
  if (brought === undefined || Object.keys(brought).length === 0) return undefined;

  // Nodes come in topological order, so one pass carries the new facets all the way down.
  const changed = new Map<string, Readonly<Record<string, Facets>>>();
  for (const node of nodes) {
    const added = node.id === edge.target ? { port: edge.targetPort, facets: brought } : undefined;
    const touched = Object.values(node.inputs).some((feeds) =>
      feeds.some((feed) => changed.has(feed.node)),
    );
    if (added === undefined && !touched) continue;
    try {
      const was = nodeFacets(
        { ...node, incoming: incomingOf(node, (id) => before.get(id)) },
        context.models,
      );
      const incoming = incomingOf(node, (id) => changed.get(id) ?? before.get(id));
      if (added !== undefined) {
        incoming[added.port] = [...(incoming[added.port] ?? []), added.facets];
      }
      const now = nodeFacets({ ...node, incoming }, context.models);
      const old = new Set(was.clashes.map(({ message }) => message));
      const clash = now.clashes.find(({ message }) => !old.has(message));
      if (clash !== undefined) {
        return added === undefined ? `At "${node.id}": ${clash.message}` : clash.message;
      }
      if (!sameJson(was.outputFacets, now.outputFacets)) changed.set(node.id, now.outputFacets);
    } catch (error) {
      return GraphError.from(error).message;
    }
  }
  return undefined;
}

function incomingOf(
  node: PlannedNode,
  outputFacets: (id: string) => Readonly<Record<string, Facets>> | undefined,
): Record<string, readonly Facets[]> {
  return Object.fromEntries(
    Object.entries(node.inputs).map(([port, feeds]) => [
      port,
      feeds.map((feed) => outputFacets(feed.node)?.[feed.port] ?? {}),
    ]),
  );
}
