import { sameJson } from '../base/canonical-json.ts';
import { own } from '../base/record.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { bodiesBelow, freeName, renamedUses, usedBodies, withBody } from './graph-bodies.ts';

type Bodies = Readonly<Record<string, GraphBody>>;

/** The subgraphs that some nodes of a file use, directly or through others. */
export function subgraphsOf(graph: Graph, nodes: GraphBody['nodes']): Bodies {
  const used = usedBodies({ nodes, edges: [], layout: {} });
  return Object.fromEntries(
    [...bodiesBelow(graph, used)].flatMap((id): [string, GraphBody][] => {
      const body = own(graph.graphs ?? {}, id);
      return body === undefined ? [] : [[id, body]];
    }),
  );
}

/**
 * Adds nodes of another file, with the subgraphs that they use. If this file has an equal subgraph of that name, it
 * stays; if the name belongs to another one, the added subgraph gets a free name. `graph` contains the subgraphs but
 * not the nodes.
 */
export function carrySubgraphs(
  graph: Graph,
  brought: { readonly nodes: GraphBody['nodes']; readonly graphs: Bodies },
): { readonly graph: Graph; readonly nodes: GraphBody['nodes'] } {
  const there = alreadyThere(graph, brought.graphs);
  const names = new Set(Object.keys(graph.graphs ?? {}));
  const renames = new Map<string, string>();
  for (const id of Object.keys(brought.graphs)) {
    if (there.has(id)) continue;
    const name = freeName(id, (candidate) => names.has(candidate));
    names.add(name);
    renames.set(`#${id}`, `#${name}`);
  }
  let carried = graph;
  for (const [id, body] of Object.entries(brought.graphs)) {
    const name = renames.get(`#${id}`)?.slice(1);
    if (name !== undefined) carried = withBody(carried, name, renamedUses(body, renames));
  }
  const { nodes } = renamedUses({ nodes: brought.nodes, edges: [], layout: {} }, renames);
  return { graph: carried, nodes };
}

/**
 * Names of incoming subgraphs that this file already has: equal in everything but node positions and notes, as are the
 * subgraphs that they use.
 */
function alreadyThere({ graphs = {} }: Graph, others: Bodies): ReadonlySet<string> {
  const same = new Set(
    Object.entries(others).flatMap(([id, body]) => {
      const known = own(graphs, id);
      return known !== undefined && isSame(known, body) ? id : [];
    }),
  );
  for (let fewer = true; fewer;) {
    fewer = false;
    for (const id of same) {
      const body = own(others, id);
      if (body === undefined || [...usedBodies(body)].every((used) => same.has(used))) continue;
      same.delete(id);
      fewer = true;
    }
  }
  return same;
}

function isSame(one: GraphBody, other: GraphBody): boolean {
  const computed = ({ nodes, edges, expose, extra }: GraphBody) => ({
    nodes,
    edges,
    expose,
    extra,
  });
  return sameJson(computed(one), computed(other));
}
