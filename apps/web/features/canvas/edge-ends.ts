import { disconnect, type Edge, type Graph } from '@graft/graph';
import { announce, titleAmong, type PendingEdge } from '@graft/view';
import { useDocument } from '../../kit/stores.ts';

/** `documents of Files`. */
export function portName({ node, port }: PendingEdge, { nodes }: Pick<Graph, 'nodes'>): string {
  return `${port} of ${titleAmong(node, nodes)}`;
}

/** Where an edge begins, and where it ends. */
export const ends = (edge: Edge): readonly [PendingEdge, PendingEdge] => [
  { node: edge.source, port: edge.sourcePort, side: 'source' },
  { node: edge.target, port: edge.targetPort, side: 'target' },
];

/** `documents of Files to documents of Chunk`. */
export function edgeName(edge: Edge, graph: Pick<Graph, 'nodes'>): string {
  const [source, target] = ends(edge);
  return `${portName(source, graph)} to ${portName(target, graph)}`;
}

/** The other end of an edge. */
export function otherEnd(edge: Edge, node: string): PendingEdge {
  const [source, target] = ends(edge);
  return source.node === node ? target : source;
}

/** Takes edges off, and says so. */
export function takeOff(edges: readonly Edge[]): void {
  if (edges.length === 0) return announce('Nothing is connected here.');
  const { shown, edit } = useDocument.getState();
  edit((graph) => edges.reduce(disconnect, graph));
  announce(`Disconnected ${edges.map((edge) => edgeName(edge, shown)).join('; ')}.`);
}
