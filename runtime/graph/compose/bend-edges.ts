import { own } from '../base/record.ts';
import { bendsOf, type Bend, type Bends } from '../format/bends.ts';
import { formatEdge } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody, NodeLayout } from '../format/graph-body.ts';
import { wholePixel } from '../format/annotation.ts';

/** Routes an edge, given as its string, through points on whole pixels; without points, the canvas routes it. */
export function setBends(graph: Graph, edge: string, points: readonly Bend[]): Graph {
  return withBends(graph, { ...graph.bends, [edge]: points.map((point) => moved(point, origin)) });
}

/** Removes the bends of edges, so that the canvas routes them. */
export function withoutBends(graph: Graph, isFreed: (edge: string) => boolean): Graph {
  const kept = Object.entries(graph.bends ?? {}).filter(([edge]) => !isFreed(edge));
  return kept.length === Object.keys(graph.bends ?? {}).length
    ? graph
    : withBends(graph, Object.fromEntries(kept));
}

/** The bends of edges between copied nodes, under the new ids. */
export function broughtBends(
  { edges, bends = {} }: Pick<GraphBody, 'edges' | 'bends'>,
  to: { readonly nodes: ReadonlyMap<string, string>; readonly shift: NodeLayout },
): Bends {
  return Object.fromEntries(
    edges.flatMap((edge): [string, readonly Bend[]][] => {
      const [source, target] = [to.nodes.get(edge.source), to.nodes.get(edge.target)];
      const points = own(bends, formatEdge(edge));
      if (source === undefined || target === undefined || points === undefined) return [];
      return [
        [formatEdge({ ...edge, source, target }), points.map((point) => moved(point, to.shift))],
      ];
    }),
  );
}

const origin = { x: 0, y: 0 };
const moved = ({ x, y }: Bend, by: NodeLayout): Bend => ({
  x: wholePixel(x + by.x),
  y: wholePixel(y + by.y),
});

function withBends({ bends: _before, ...graph }: Graph, bends: Bends): Graph {
  return { ...graph, ...bendsOf({ ...graph, bends }) };
}
