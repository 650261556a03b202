import { sha256 } from '../base/sha256.ts';
import type { Graph } from './graph.ts';
import type { GraphBody } from './graph-body.ts';
import { noLock } from './lock.ts';
import { serializeGraph } from './serialize-graph.ts';

/**
 * What a graph means to its users: without positions and titles of nodes, notes, groups, lock and experiments. Unknown
 * fields count, because a newer Graft may compute with them.
 */
export function meaningOf(graph: Graph): Graph {
  const bodies = Object.entries(graph.graphs ?? {}).map(
    ([id, body]) => [id, bodyMeaning(body)] as const,
  );
  return {
    ...bodyMeaning(graph),
    ...(bodies.length === 0 ? {} : { graphs: Object.fromEntries(bodies) }),
    lock: noLock,
  };
}

function bodyMeaning(body: GraphBody): GraphBody {
  const { nodes, edges, expose, extra } = body;
  const untitled = Object.entries(nodes).map(([id, { title: _title, ...node }]) => [id, node]);
  return {
    ...{ nodes: Object.fromEntries(untitled), edges, layout: {} },
    ...(expose === undefined ? {} : { expose }),
    ...(extra === undefined ? {} : { extra }),
  };
}

const digests = new WeakMap<Graph, string>();

/**
 * sha256 (hex) of the canonical text of what a graph means: independent of its layout. Computed once for each object: a
 * graph of 100,000 nodes takes a second.
 */
export function meaningDigest(graph: Graph): string {
  const known = digests.get(graph);
  if (known !== undefined) return known;
  const digest = sha256(serializeGraph(meaningOf(graph)));
  digests.set(graph, digest);
  return digest;
}
