import type { Graph, GraphBody, NodeLayout } from '@graft/graph';
import { nodeHeight } from './card-size.ts';
import { tidyLayout } from './tidy-layout.ts';

/** Pixels between what has its place and what is laid out below it. */
const below = 60;

/**
 * The graph with a place for every node, of its subgraphs too: a file written by hand or by a program has none, and all
 * would lie on one point. What has a place keeps it.
 */
export function laidOut(graph: Graph): Graph {
  const own = placed(graph);
  if (graph.graphs === undefined) return own;
  const bodies = Object.entries(graph.graphs).map(([id, body]) => [id, placed(body)] as const);
  const same = bodies.every(([id, body]) => body === graph.graphs?.[id]);
  return same ? own : { ...own, graphs: Object.fromEntries(bodies) };
}

function placed<Body extends GraphBody>(graph: Body): Body {
  const ids = Object.keys(graph.nodes);
  const known = ids.filter((id) => Object.hasOwn(graph.layout, id));
  if (known.length === ids.length) return graph;
  const tidy = tidyLayout(graph);
  const missing = ids.filter((id) => !Object.hasOwn(graph.layout, id));
  const bottom = known.map((id) => (graph.layout[id]?.y ?? 0) + nodeHeight(graph, id));
  const left = known.map((id) => graph.layout[id]?.x ?? 0);
  const top = Math.min(...missing.map((id) => tidy[id]?.y ?? 0));
  const shift =
    known.length === 0
      ? { x: 0, y: 0 }
      : { x: Math.min(...left), y: Math.max(...bottom) + below - top };
  const added = missing.map((id): [string, NodeLayout] => {
    const { x, y } = tidy[id] ?? { x: 0, y: 0 };
    return [id, { x: x + shift.x, y: y + shift.y }];
  });
  return { ...graph, layout: { ...graph.layout, ...Object.fromEntries(added) } };
}
