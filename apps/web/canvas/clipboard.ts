import { noLock, serializeGraph, subgraphsOf, type Graph } from '@graft/graph';

/** Nodes, the edges among them and the subgraphs that they use, as the text of a graph file: it can be pasted into an editor as well. */
export function copiedText(graph: Graph, ids: readonly string[]): string {
  const chosen = new Set(ids);
  const pick = <V>(record: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(record).filter(([id]) => chosen.has(id)));
  const nodes = pick(graph.nodes);
  const graphs = subgraphsOf(graph, nodes);
  return serializeGraph({
    nodes,
    edges: graph.edges.filter(({ source, target }) => chosen.has(source) && chosen.has(target)),
    ...(Object.keys(graphs).length === 0 ? {} : { graphs }),
    lock: noLock,
    layout: pick(graph.layout),
  });
}
