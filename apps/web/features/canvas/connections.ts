import type { Edge, Graph, NodeType } from '@graft/graph';
import {
  announce,
  nextSteps,
  shapeOf,
  type ConnectQuestion,
  type PendingEdge,
  portsOf,
  connectInPlace,
  edgeBetween,
  portRefusal,
  replacedEdges,
} from '@graft/view';
import { useDocument } from '../../kit/stores.ts';
import { edgeName, ends, portName } from './edge-ends.ts';
import { addConnected } from './add-to-canvas.ts';
import { isAt } from './focus-port.ts';
import { freePlace } from './make-room.ts';

/** Two ports that an edge could connect: one of the given node, and another node's. */
export interface PortPair {
  readonly from: PendingEdge;
  readonly to: PendingEdge;
  /** The edges that it would replace. */
  readonly replaces: readonly Edge[];
}

/** A new node that could be connected to a port. */
export interface NewEnd {
  readonly from: PendingEdge;
  readonly type: NodeType;
}

/** Everything that a node, or one of its ports, could be connected to, and is. */
export interface Connections {
  readonly fitting: readonly PortPair[];
  /** Ports on the other side that do not fit; `portRefusal` says why. */
  readonly refused: readonly PortPair[];
  readonly fresh: readonly NewEnd[];
  readonly edges: readonly Edge[];
}

function portsAt(graph: Graph, node: string): readonly PendingEdge[] {
  const { inputs, outputs } = portsOf(graph.edges, node, shapeOf(graph.nodes[node]));
  return [
    ...outputs.map((port) => ({ node, port, side: 'source' }) as const),
    ...inputs.map((port) => ({ node, port, side: 'target' }) as const),
  ];
}

function typeAt(graph: Graph, { node, port, side }: PendingEdge): string | undefined {
  const look = shapeOf(graph.nodes[node]);
  return (side === 'source' ? look?.outputs : look?.inputs)?.[port]?.type.id;
}

/** Whether a port is a required input without an edge. */
function waits(graph: Graph, port: PendingEdge): boolean {
  if (port.side === 'source' || graph.edges.some((edge) => isAt(edge, port))) return false;
  return shapeOf(graph.nodes[port.node])?.inputs[port.port]?.optional !== true;
}

/** The possible connections: pairs of open inputs first, replacements last. */
export function connectionsOf(graph: Graph, { node, port }: ConnectQuestion): Connections {
  const own = port === undefined ? portsAt(graph, node) : [port];
  const fits: PortPair[] = [];
  const refused: PortPair[] = [];
  const others = Object.keys(graph.nodes).flatMap((id) => portsAt(graph, id));
  for (const from of own) {
    const type = typeAt(graph, from);
    for (const to of others) {
      const edge = to.node === node ? undefined : edgeBetween(from, to);
      if (edge === undefined || graph.edges.some((other) => isAt(other, from) && isAt(other, to)))
        continue;
      const pair = { from, to, replaces: replacedEdges(graph, edge) };
      // Most ports have another type: only equal types need the full check.
      const isSame = type !== undefined && type === typeAt(graph, to);
      const takes = isSame && portRefusal(graph, from, to) === undefined;
      (takes ? fits : refused).push(pair);
    }
  }
  const rank = ({ from, to, replaces }: PortPair): number =>
    replaces.length > 0 ? 2 : waits(graph, to) || waits(graph, from) ? 0 : 1;
  return {
    fitting: fits.toSorted((a, b) => rank(a) - rank(b)),
    refused,
    fresh: own.flatMap((from) => nextSteps(from).map((type) => ({ from, type }))),
    edges: graph.edges.filter((edge) => own.some((port) => isAt(edge, port))),
  };
}

/** Connects two ports and announces it. Returns the reason if that is refused. */
export function connectPair({ from, to }: PortPair): string | undefined {
  const { shown, edit } = useDocument.getState();
  const edge = edgeBetween(from, to);
  const refusal = portRefusal(shown, from, to);
  if (edge === undefined || refusal !== undefined) return refusal;
  const [replaced] = replacedEdges(shown, edge);
  edit((graph) => connectInPlace(graph, edge));
  const instead = replaced === undefined ? '' : `, replacing ${portName(ends(replaced)[0], shown)}`;
  announce(`Connected ${edgeName(edge, shown)}${instead}.`);
  return undefined;
}

/** Adds a node beside the given one, connects it, and announces it. */
export function connectNew({ from, type }: NewEnd): void {
  const before = useDocument.getState().shown;
  // A source stands to the left of its target.
  const side = from.side === 'target' ? 'left' : 'right';
  addConnected(type.type, from, freePlace(before, { other: from.node, side }));
  const { shown } = useDocument.getState();
  const edge = shown.edges.find(
    (candidate) => !before.edges.includes(candidate) && isAt(candidate, from),
  );
  announce(
    edge === undefined
      ? `Added ${type.title}. None of its ports accepts ${from.port}.`
      : `Added ${type.title} and connected ${edgeName(edge, shown)}.`,
  );
}
