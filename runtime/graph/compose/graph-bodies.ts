import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import { annotationsOf } from '../format/annotation.ts';
import { bendsOf } from '../format/bends.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { usedGraph } from '../format/used-graphs.ts';

/** A body of a file: undefined for its own nodes, else the id of a subgraph. */
export type BodyId = string | undefined;

/** Throws GraphError `unknown-node` if the file lacks the subgraph. */
export function bodyOf(graph: Graph, id: BodyId): GraphBody {
  if (id === undefined) return graph;
  const body = own(graph.graphs ?? {}, id);
  if (body !== undefined) return body;
  throw new GraphError('unknown-node', `The file has no subgraph "${id}".`, {
    location: { graph: id },
  });
}

/** The file with one body replaced. */
export function withBody(graph: Graph, id: BodyId, written: GraphBody): Graph {
  const { nodes, edges, expose, layout, extra } = written;
  const body: GraphBody = {
    ...{ nodes, edges, layout },
    ...(expose === undefined ? {} : { expose }),
    ...annotationsOf(written),
    ...bendsOf(written),
    ...(extra === undefined ? {} : { extra }),
  };
  if (id !== undefined) return { ...graph, graphs: { ...graph.graphs, [id]: body } };
  const { graphs, experiments, lock } = graph;
  return {
    ...body,
    ...(graphs === undefined ? {} : { graphs }),
    ...(experiments === undefined ? {} : { experiments }),
    lock,
  };
}

/** The file without some subgraphs. */
export function withoutBodies(graph: Graph, ids: ReadonlySet<string>): Graph {
  const { graphs = {}, ...rest } = graph;
  const kept = Object.entries(graphs).filter(([id]) => !ids.has(id));
  return kept.length === 0 ? rest : { ...rest, graphs: Object.fromEntries(kept) };
}

/** Every body of a file with its id, the file's own nodes first. */
export function allBodies(graph: Graph): readonly (readonly [BodyId, GraphBody])[] {
  return [[undefined, graph], ...Object.entries(graph.graphs ?? {})];
}

/** The subgraphs that the nodes of a body use, as `#id`. */
export function usedBodies(body: GraphBody): ReadonlySet<string> {
  return new Set(
    Object.values(body.nodes).flatMap((node) => {
      const use = usedGraph(node);
      return use?.startsWith('#') === true ? use.slice(1) : [];
    }),
  );
}

/** These subgraphs and all that they use. */
export function bodiesBelow(graph: Graph, ids: Iterable<string>): ReadonlySet<string> {
  const all = new Set(ids);
  // Iterating a Set reaches entries added meanwhile.
  for (const id of all) {
    const body = own(graph.graphs ?? {}, id);
    if (body !== undefined) for (const next of usedBodies(body)) all.add(next);
  }
  return all;
}

/** A body with the `use` of its nodes replaced. */
export function renamedUses(body: GraphBody, renames: ReadonlyMap<string, string>): GraphBody {
  if (renames.size === 0) return body;
  const nodes = Object.entries(body.nodes).map(([id, node]) => {
    const to = renames.get(usedGraph(node) ?? '');
    return [
      id,
      to === undefined ? node : { ...node, params: { ...node.params, use: to } },
    ] as const;
  });
  return { ...body, nodes: Object.fromEntries(nodes) };
}

/** `name`, or `name-2` and so on if it is taken. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  if (!taken(name)) return name;
  let number = 2;
  while (taken(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}
