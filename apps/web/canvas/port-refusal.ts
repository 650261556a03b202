import { connectionVerdict, type Edge, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { useChecks } from '../state/checks.ts';
import type { PendingEdge } from '../state/screen-store.ts';

/** The edge between two ports, whichever of them it was drawn from. */
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

/** Why an edge cannot be drawn between two ports; undefined when it can. */
export function portRefusal(graph: Graph, from: PendingEdge, to: PendingEdge): string | undefined {
  const edge = edgeBetween(from, to);
  if (edge === undefined) {
    return `An edge goes from an output to an input; this is ${to.side === 'source' ? 'an output' : 'an input'} too.`;
  }
  const verdict = connectionVerdict(graph, edge, { registry, models: useChecks.getState().models });
  return verdict.ok ? undefined : verdict.reason;
}

/** The first port of a node that takes the edge. */
export function acceptingPort(
  graph: Graph,
  from: PendingEdge,
  node: string,
): PendingEdge | undefined {
  const definition = registry.get(graph.nodes[node]?.type ?? '');
  const side = from.side === 'source' ? 'target' : 'source';
  const ports = Object.keys((side === 'target' ? definition?.inputs : definition?.outputs) ?? {});
  return ports
    .map((port): PendingEdge => ({ node, port, side }))
    .find((to) => portRefusal(graph, from, to) === undefined);
}
