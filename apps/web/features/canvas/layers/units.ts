import type { Edge, Graph, NodeLayout } from '@graft/graph';
import { shapeOf, foldedHeight, portMiddle, titleLinesOf, portsOf, type Size } from '@graft/view';

/** That one thing feeds another. */
export interface UnitLink {
  readonly source: string;
  readonly target: string;
  /** Pixels from the top of the source to where the link leaves it, and from that of the target to where it comes in. */
  readonly from: number;
  readonly to: number;
}

/** Things that are laid out beside one another, and what feeds what of them. */
export interface Units {
  readonly sizes: ReadonlyMap<string, Size>;
  readonly links: readonly UnitLink[];
  /** Pixels of the window that the layout is looked at in; those of a usual one where it is not known. */
  readonly room?: Size;
}

/** Where units stand: their upper left corners, by key. */
export type Places = Readonly<Record<string, NodeLayout>>;

function heightAt(graph: Graph, id: string, port: { side: 'inputs' | 'outputs'; name: string }) {
  const ports = portsOf(graph.edges, id, shapeOf(graph.nodes[id]));
  const lines = titleLinesOf(graph, id);
  // Those of a folded card share its height.
  if (graph.layout[id]?.collapsed === true) return foldedHeight(lines) / 2;
  return portMiddle(lines, Math.max(0, ports[port.side].indexOf(port.name)));
}

/** How far below the top of its nodes an edge leaves, and comes in. */
export function endsOf(graph: Graph, edge: Edge): Pick<UnitLink, 'from' | 'to'> {
  return {
    from: heightAt(graph, edge.source, { side: 'outputs', name: edge.sourcePort }),
    to: heightAt(graph, edge.target, { side: 'inputs', name: edge.targetPort }),
  };
}
