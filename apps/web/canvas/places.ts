import type { Graph, GraphBody } from '@graft/graph';

const isPlaced = ({ nodes, layout }: GraphBody): boolean =>
  Object.keys(nodes).every((id) => Object.hasOwn(layout, id));

/** The graph with a place for every node, of its subgraphs too: what lays them out is loaded where some have none. */
export async function withPlaces(graph: Graph): Promise<Graph> {
  if ([graph, ...Object.values(graph.graphs ?? {})].every(isPlaced)) return graph;
  const { laidOut } = await import('./missing-places.ts');
  return laidOut(graph);
}
