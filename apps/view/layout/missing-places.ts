import type { Graph, GraphBody, NodeLayout } from '@graft/graph';
import { nodeHeight } from './card-size.ts';
import { boundsAround } from './node-bounds.ts';
import { tidyLayout } from './tidy-layout.ts';

/** Pixels between what has its place and what is laid out below it. */
const below = 60;
const origin: NodeLayout = { x: 0, y: 0 };

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
  const { left, bottom } = boundsAround(
    known.map((id) => ({ ...(graph.layout[id] ?? origin), height: nodeHeight(graph, id) })),
  );
  const { top } = boundsAround(missing.map((id) => tidy[id] ?? origin));
  const shift = known.length === 0 ? origin : { x: left, y: bottom + below - top };
  const added = missing.map((id): [string, NodeLayout] => {
    const { x, y } = tidy[id] ?? origin;
    return [id, { x: x + shift.x, y: y + shift.y }];
  });
  return { ...graph, layout: { ...graph.layout, ...Object.fromEntries(added) } };
}
