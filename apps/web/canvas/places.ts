import type { Graph, NodeLayout } from '@graft/graph';
import { nodeHeight, tidyLayout } from './tidy-layout.ts';

/** Pixels between what has its place and what is laid out below it. */
const below = 60;

/**
 * The graph with a place for every node: a file written by hand or by a program has none, and all would lie on one
 * point. What has a place keeps it.
 */
export function withPlaces(graph: Graph): Graph {
  const ids = Object.keys(graph.nodes);
  const placed = ids.filter((id) => Object.hasOwn(graph.layout, id));
  if (placed.length === ids.length) return graph;
  const tidy = tidyLayout(graph);
  const missing = ids.filter((id) => !Object.hasOwn(graph.layout, id));
  const bottom = placed.map((id) => (graph.layout[id]?.y ?? 0) + nodeHeight(graph, id));
  const left = placed.map((id) => graph.layout[id]?.x ?? 0);
  const top = Math.min(...missing.map((id) => tidy[id]?.y ?? 0));
  const shift =
    placed.length === 0
      ? { x: 0, y: 0 }
      : { x: Math.min(...left), y: Math.max(...bottom) + below - top };
  const added = missing.map((id): [string, NodeLayout] => {
    const { x, y } = tidy[id] ?? { x: 0, y: 0 };
    return [id, { x: x + shift.x, y: y + shift.y }];
  });
  return { ...graph, layout: { ...graph.layout, ...Object.fromEntries(added) } };
}
