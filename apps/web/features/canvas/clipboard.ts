import { noLock, pickAnnotations, serializeGraph, subgraphsOf, type Graph } from '@graft/graph';

/** Nodes, the edges among them and the subgraphs that they use, notes and groups, by their keys, as the text of a graph file: it can be pasted into an editor as well. */
export function copiedText(graph: Graph, keys: readonly string[]): string {
  const chosen = new Set(keys);
  const pick = <V>(record: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(record).filter(([id]) => chosen.has(id)));
  const nodes = pick(graph.nodes);
  const graphs = subgraphsOf(graph, nodes);
  const edges = graph.edges.filter(
    ({ source, target }) => chosen.has(source) && chosen.has(target),
  );
  return serializeGraph({
    ...{ nodes, edges },
    ...(graph.bends === undefined ? {} : { bends: graph.bends }),
    ...(Object.keys(graphs).length === 0 ? {} : { graphs }),
    ...pickAnnotations(graph, (key) => chosen.has(key)),
    lock: noLock,
    layout: pick(graph.layout),
  });
}
